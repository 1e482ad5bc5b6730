"""Events of print jobs that could not be recorded in an application, until they can or are void."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, case, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.open_item import Resolution
from issuance.domain.print_job_event import PrintJobEvent
from issuance.store.tables.printing import unrecorded_print_events as table


@dataclass(frozen=True, slots=True)
class UnrecordedPrintEvent:
    """An event, and why it could not be recorded.

    since: business time. proposal: how a person wants it settled; None if nobody has proposed it.
    """

    office: str
    event: PrintJobEvent
    problem: str
    since: datetime
    proposal: Resolution | None = None


class UnrecordedPrintEvents:
    """Reads and writes the events, the latest one of each job."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, office: str, event: PrintJobEvent, problem: str, now: datetime) -> None:
        """Store an event in place of an earlier one of its job, whose time it keeps."""
        values = {
            "case": event.case,
            "outcome": event.outcome,
            "book_serial": event.book_serial,
            "failure": event.failure,
            "document_number": event.document_number,
            "problem": problem,
        }
        # What people have settled is open again once the printer tells something else of the job.
        same = [table.c[name] == values[name] for name in ("case", "outcome", "book_serial")]
        unchanged = and_(table.c.problem == problem, *same)
        still = {
            "resolved": and_(table.c.resolved, unchanged),
            "proposal": case((unchanged, table.c.proposal)),
        }
        is_of_job = (table.c.office == office, table.c.job == event.job)
        change = update(table).where(*is_of_job).values(**values, **still)
        updated = await self._connection.execute(change)
        if updated.rowcount == 0:
            key = {"office": office, "job": event.job, "since": now}
            await self._connection.execute(insert(table).values(key | values))

    async def get(self, office: str, job: str) -> PrintJobEvent | None:
        """Return the event of a job; None if there is none."""
        statement = select(table).where(table.c.office == office, table.c.job == job)
        row = (await self._connection.execute(statement)).one_or_none()
        return None if row is None else _unrecorded(row).event

    async def of_office(self, office: str) -> Sequence[PrintJobEvent]:
        """Return the events of an office that nobody has settled, oldest first."""
        statement = select(table).where(table.c.office == office, ~table.c.resolved)
        statement = statement.order_by(table.c.number)
        return [_unrecorded(row).event for row in await self._connection.execute(statement)]

    async def of_numbers(self, numbers: Collection[int]) -> Mapping[int, UnrecordedPrintEvent]:
        """Return events by their numbers."""
        rows = await self._connection.execute(select(table).where(table.c.number.in_(numbers)))
        return {row.number: _unrecorded(row) for row in rows}

    async def open_item(self, number: int) -> UnrecordedPrintEvent | None:
        """Return an event that people have to look at, locked; None if there is none."""
        statement = select(table).where(table.c.number == number, table.c.problem != "")
        statement = statement.where(~table.c.resolved).with_for_update()
        row = (await self._connection.execute(statement)).one_or_none()
        return None if row is None else _unrecorded(row)

    async def propose(self, number: int, proposal: Resolution) -> None:
        """Store how a person wants an event settled, in place of what was proposed before."""
        statement = update(table).where(table.c.number == number)
        await self._connection.execute(statement.values(proposal=proposal))

    async def settle(self, number: int) -> None:
        """Record that people have settled what an event is about."""
        statement = update(table).where(table.c.number == number)
        await self._connection.execute(statement.values(resolved=True))

    async def misfits(self, case: str) -> bool:
        """Return whether people have to look at a print job of a case."""
        statement = select(table.c.number).where(
            table.c.case == case, table.c.problem != "", ~table.c.resolved
        )
        return (await self._connection.execute(statement.limit(1))).one_or_none() is not None

    async def explain(self, office: str, job: str, problem: str) -> None:
        """Have people look at the event of a job, unless they do for another reason already."""
        is_of_job = (table.c.office == office, table.c.job == job)
        await self._connection.execute(
            update(table).where(*is_of_job, table.c.problem == "").values(problem=problem)
        )

    async def delete(self, office: str, job: str) -> None:
        """Delete the event of a job."""
        is_of_job = (table.c.office == office, table.c.job == job)
        await self._connection.execute(delete(table).where(*is_of_job))

    async def delete_of_case(self, case: str) -> None:
        """Delete the events of a case, whose print is over; but not that of another book."""
        statement = delete(table).where(table.c.case == case, table.c.book_serial == "")
        await self._connection.execute(statement)


def _unrecorded(row: Row[Any]) -> UnrecordedPrintEvent:
    event = PrintJobEvent(
        resume_token="",
        job=row.job,
        case=row.case,
        outcome=row.outcome,
        book_serial=row.book_serial,
        failure=row.failure,
        document_number=row.document_number,
    )
    return UnrecordedPrintEvent(row.office, event, row.problem, row.since, row.proposal)
