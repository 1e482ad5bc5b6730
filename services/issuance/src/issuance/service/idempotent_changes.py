"""How a request that changes something is carried out: once by its id, in one transaction."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from google.protobuf.message import Message
from servicekit.process.failpoint import failpoint
from servicekit.security.identity import current_caller
from servicekit.storage.idempotency import IdempotentRequests
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.case import Actor
from issuance.store.records import Records, Store

M = TypeVar("M", bound=Message)


class IdempotentChanges:
    """Runs changes on the records of a transaction that also stores the answer."""

    def __init__(self, requests: IdempotentRequests, store: Store) -> None:
        self._requests = requests
        self._store = store

    async def run(
        self, request: Message, answer: type[M], change: Callable[[Records], Awaitable[M]]
    ) -> M:
        """Run the change, or return the answer that an equal request got before."""

        async def change_in(connection: AsyncConnection) -> M:
            reply = await change(self._store.records(connection))
            failpoint("change.before_commit")
            return reply

        reply = await self._requests.run(request, answer, change_in)
        failpoint("change.after_commit")
        return reply


def current_actor() -> Actor:
    """Return the caller of the current request as the actor of its events."""
    caller = current_caller()
    return Actor(caller.uri, caller.role)
