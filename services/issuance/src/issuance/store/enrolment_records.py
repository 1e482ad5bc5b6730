"""What the matcher acknowledged to have of each application, in order, and what it has lost."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from servicekit.errors import DomainError
from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.enrolment import EnrolmentLost, EnrolmentUnconfirmed
from issuance.domain.matcher_restore import Comparison, MatcherPast
from issuance.domain.states import ApplicationState
from issuance.store.tables.applications import applications
from issuance.store.tables.matcher import enrolments, matcher_comparison


@dataclass(frozen=True, slots=True)
class LostEnrolment:
    """An enrolment that the matcher has lost. since: when that was noticed, business time."""

    case: str
    office: str
    since: datetime


class EnrolmentRecords:
    """Reads and writes enrolments, and how far they are compared with a restored matcher."""

    def __init__(self, connection: AsyncConnection, writes: bool) -> None:
        self._connection = connection
        self._writes = writes

    async def acknowledge(self, case: str, person_id: str, at: datetime) -> None:
        """Record that the matcher has new fingerprints of a case: nothing of its person is lost."""
        c = enrolments.c
        await self._connection.execute(delete(enrolments).where(c.case == case))
        await self._connection.execute(insert(enrolments).values(case=case, acknowledged_at=at))
        of_person = select(applications.c.id).where(applications.c.person_id == person_id)
        found = update(enrolments).where(c.case.in_(of_person), c.lost_at.is_not(None))
        await self._connection.execute(found.values(lost_at=None))

    async def acknowledge_change(self, case: str, at: datetime) -> None:
        """Record that the matcher has another status of the case's encounters: they are the latest.

        What is lost stays lost.
        """
        c = enrolments.c
        lost_at = await self._connection.scalar(select(c.lost_at).where(c.case == case))
        await self._connection.execute(delete(enrolments).where(c.case == case))
        await self._connection.execute(
            insert(enrolments).values(case=case, acknowledged_at=at, lost_at=lost_at)
        )

    async def is_acknowledged_since(self, case: str, at: datetime) -> bool:
        """Return whether the matcher has acknowledged encounters of a case, or a change of them,
        since then."""
        c = enrolments.c
        statement = select(c.case).where(c.case == case, c.acknowledged_at >= at)
        return await self._connection.scalar(statement) is not None

    async def require(self, case: str) -> None:
        """Raise EnrolmentLost, or EnrolmentUnconfirmed, unless the matcher has it."""
        if doubt := await self.doubt(case):
            raise doubt

    async def doubt(self, case: str) -> DomainError | None:
        """Return why a case may not rest on its identification; None if it may."""
        c, comparison = enrolments.c, matcher_comparison.c
        statement = (
            select(c.lost_at)
            .select_from(enrolments.outerjoin(matcher_comparison, comparison.name == _ROW))
            .where(
                c.case == case, or_(c.lost_at.is_not(None), c.number <= comparison.unconfirmed_to)
            )
        )
        row = (await self._connection.execute(statement)).one_or_none()
        if row is None:
            return None
        return EnrolmentLost() if row.lost_at else EnrolmentUnconfirmed()

    async def latest_number(self) -> int:
        """Return the number of the latest enrolment; 0 if there is none."""
        return int(await self._connection.scalar(select(func.max(enrolments.c.number))) or 0)

    async def latest(self, up_to: int, limit: int) -> Sequence[tuple[int, str]]:
        """Return numbers and cases of the latest enrolments up to a number, latest first."""
        c = enrolments.c
        statement = select(c.number, c.case).where(c.number <= up_to)
        rows = await self._connection.execute(statement.order_by(c.number.desc()).limit(limit))
        return [(row.number, row.case) for row in rows]

    async def number(self, case: str) -> int | None:
        """Return the number of a case's enrolment; None if it has none."""
        statement = select(enrolments.c.number).where(enrolments.c.case == case)
        return cast("int | None", await self._connection.scalar(statement))

    async def lose(self, case: str, at: datetime) -> None:
        """Record that the matcher has lost the fingerprints of a case."""
        c = enrolments.c
        lost = update(enrolments).where(c.case == case, c.lost_at.is_(None))
        await self._connection.execute(lost.values(lost_at=at))

    async def lost_in(self, states: Collection[ApplicationState]) -> Sequence[str]:
        """Return the cases in these states whose enrolment is lost."""
        c = enrolments.c
        statement = select(c.case).join(applications, applications.c.id == c.case)
        rows = statement.where(c.lost_at.is_not(None), applications.c.state.in_(states))
        return list(await self._connection.scalars(rows.order_by(c.number)))

    async def lost(self, cases: Collection[str]) -> Sequence[LostEnrolment]:
        """Return the lost enrolments of these cases."""
        c, application = enrolments.c, applications.c
        statement = select(c.case, application.office, c.lost_at)
        rows = await self._connection.execute(
            statement.join(applications, application.id == c.case).where(
                c.case.in_(cases), c.lost_at.is_not(None)
            )
        )
        return [LostEnrolment(row.case, row.office, row.lost_at) for row in rows]

    async def forget(self, case: str) -> None:
        """Do not compare the enrolment of a case any more: people have settled that it is lost."""
        await self._connection.execute(delete(enrolments).where(enrolments.c.case == case))

    async def comparison(self) -> Comparison:
        """Return how far the enrolments are compared, locked if the transaction writes."""
        statement = select(matcher_comparison).where(matcher_comparison.c.name == _ROW)
        if self._writes:
            statement = statement.with_for_update()
        row = (await self._connection.execute(statement)).one()
        return Comparison(
            MatcherPast(row.epoch, row.latest_change),
            row.restores,
            row.unconfirmed_to,
            row.count_from,
            row.in_a_row,
        )

    async def restores(self) -> int:
        """Return how many restores of the matcher were noticed.

        If the transaction writes, none is noticed before its commit: what it acknowledges is
        compared then.
        """
        statement = select(matcher_comparison.c.restores).where(matcher_comparison.c.name == _ROW)
        if self._writes:
            statement = statement.with_for_update(read=True)
        return int((await self._connection.execute(statement)).scalar_one())

    async def save_comparison(self, comparison: Comparison) -> None:
        """Store how far the enrolments are compared."""
        values = {
            "epoch": comparison.past.epoch,
            "latest_change": comparison.past.latest_change,
            "restores": comparison.restores,
            "unconfirmed_to": comparison.unconfirmed_to,
            "count_from": comparison.count_from,
            "in_a_row": comparison.in_a_row,
        }
        await self._connection.execute(update(matcher_comparison).values(values))


_ROW = "matcher"
"""The only row's name."""
