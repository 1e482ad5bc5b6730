"""How every change is made: once, in one transaction, in the name of its caller."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from google.protobuf.message import Message
from servicekit.process.failpoint import failpoint
from servicekit.security.identity import Caller
from servicekit.storage.idempotency import IdempotentRequests
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.case import Actor
from issuance.use_cases.records import Records

M = TypeVar("M", bound=Message)


class Changes:
    """Runs changes, each once by its request id. records: over a transaction of the kit."""

    def __init__(
        self, once: IdempotentRequests, records: Callable[[AsyncConnection], Records]
    ) -> None:
        self._once = once
        self._records = records

    async def run(
        self, request: Message, answer: type[M], act: Callable[[Records], Awaitable[M]]
    ) -> M:
        """Act, or give the answer that was given before."""

        async def act_in(connection: AsyncConnection) -> M:
            reply = await act(self._records(connection))
            failpoint("change.before_commit")
            return reply

        reply = await self._once.run(request, answer, act_in)
        failpoint("change.after_commit")
        return reply


def actor(caller: Caller) -> Actor:
    """The caller as the history knows them."""
    return Actor(caller.uri, caller.role)
