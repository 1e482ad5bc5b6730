"""What every servicer of the office needs: transactions, once-only changes, who asks and when."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from google.protobuf.message import Message
from servicekit.errors import NotPermitted
from servicekit.process.clock import Clock
from servicekit.security.identity import current_caller
from servicekit.storage.database import Database
from servicekit.storage.idempotency import IdempotentRequests
from sqlalchemy.ext.asyncio import AsyncConnection

from printer.use_cases.bell import Bell
from printer.use_cases.floor import Floor
from printer.use_cases.records import Note, Records, Store

M = TypeVar("M", bound=Message)
P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Desk:
    """records: the records as one transaction sees them."""

    office: str
    store: Store
    database: Database
    once: IdempotentRequests
    records: Callable[[AsyncConnection], Records]
    floor: Floor
    clock: Clock
    bell: Bell

    def admit(self) -> None:
        """Raise NotPermitted for somebody of another office."""
        if not current_caller().covers_office(self.office):
            raise NotPermitted(f"this is the printer of office {self.office}", office=self.office)

    def note(self, reason: str = "") -> Note:
        """The caller's note on what he does now."""
        return Note(current_caller().uri, self.clock.now(), reason)

    async def change(
        self, request: Message, answer: type[M], act: Callable[[Records], Awaitable[M]]
    ) -> M:
        """Make a change once for its request id, within one transaction."""
        self.admit()
        reply = await self.once.run(request, answer, lambda tx: act(self.records(tx)))
        self.bell.ring()
        return reply

    async def prepared_change(
        self,
        request: Message,
        answer: type[M],
        prepare: Callable[[], Awaitable[P]],
        act: Callable[[Records, P], Awaitable[M]],
    ) -> M:
        """As `change`, with work before the transaction; an answered request repeats neither."""
        self.admit()
        async with self.once.begin(request, answer) as record:
            if record.stored_response is not None:
                return record.stored_response
            prepared = await prepare()
            async with self.database.begin() as connection:
                reply = await act(self.records(connection), prepared)
                await record.store_response(connection, reply)
        self.bell.ring()
        return reply
