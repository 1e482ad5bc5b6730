"""Changes that callers ask for: made once for each request id, in one transaction."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from google.protobuf.message import Message
from servicekit.storage.idempotency import IdempotentRequests

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

        Raises NotPermitted for callers of another office, what IdempotentRequests.begin raises,
        and what `change` raises.
        """

        async def nothing() -> None: ...

        return await self.prepare_and_make(
            request, response, nothing, lambda records, _: change(records)
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
        async with self._requests.begin(request, response) as record:
            if record.stored_response is not None:
                return record.stored_response
            prepared = await prepare()
            async with self._store.begin() as records:
                reply = await change(records, prepared)
                await record.store_response(records.connection, reply)
        self._signal.notify()
        return reply
