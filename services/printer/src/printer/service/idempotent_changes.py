"""Changes that callers ask for: made once for each request id, in one transaction."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from google.protobuf.message import Message
from servicekit.storage.idempotency import IdempotentRequests, nothing_to_prepare

from printer.service.caller import require_caller_of
from printer.store.records import Records, Store
from printer.use_cases.change_signal import ChangeSignal

Response = TypeVar("Response", bound=Message)
Prepared = TypeVar("Prepared")


class IdempotentChanges:
    """Makes the changes that callers of one office ask for."""

    def __init__(
        self, office: str, store: Store, requests: IdempotentRequests, signal: ChangeSignal
    ) -> None:
        self._office = office
        self._store = store
        self._requests = requests
        self._signal = signal

    async def make(
        self,
        request: Message,
        response: type[Response],
        change: Callable[[Records], Awaitable[Response]],
    ) -> Response:
        """Make a change once for the request's id and return its response, also when repeated.

        Raises NotPermitted for callers of another office, what IdempotentRequests.run raises,
        and what `change` raises.
        """
        return await self.prepare_and_make(
            request, response, nothing_to_prepare, lambda records, _: change(records)
        )

    async def prepare_and_make(
        self,
        request: Message,
        response: type[Response],
        prepare: Callable[[], Awaitable[Prepared]],
        change: Callable[[Records, Prepared], Awaitable[Response]],
    ) -> Response:
        """As `make`, with work before the transaction; a repeated request repeats neither."""
        require_caller_of(self._office)
        return await self._requests.run_in_transaction(
            request, response, self._store.begin, prepare, change, self._signal.notify
        )
