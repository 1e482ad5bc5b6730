"""Proposals that wait for a second person, and what became of them, in the database."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from printer.domain.attribution import Attribution
from printer.domain.serial_range import SerialRange
from printer.domain.two_persons import (
    PROPOSAL_LASTS,
    Proposal,
    ProposalOutcome,
    book_subject,
    books_of,
)
from printer.store.tables.proposals import proposals


class ProposalRecords:
    """Proposals as one transaction sees them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def find_open(self, subjects: Iterable[str]) -> dict[str, Proposal]:
        """Return the open proposals about any of the subjects, by subject."""
        rows = await self._connection.execute(
            select(proposals).where(
                proposals.c.subject.in_(list(subjects)), proposals.c.outcome.is_(None)
            )
        )
        return {row.subject: _proposal(row) for row in rows}

    async def pending(self, now: datetime, limit: int) -> list[Proposal]:
        """Return the proposals that a second person can still confirm, oldest first.

        now: business time.
        """
        rows = await self._connection.execute(
            select(proposals)
            .where(proposals.c.outcome.is_(None), proposals.c.proposed_at >= now - PROPOSAL_LASTS)
            .order_by(proposals.c.proposed_at, proposals.c.number)
            .limit(limit)
        )
        return [_proposal(row) for row in rows]

    async def add(self, proposal: Proposal) -> None:
        """Add an open proposal; there must be no other one about its subject."""
        row = {
            "subject": proposal.subject,
            "action": proposal.action,
            "book_serial": proposal.book_serial,
            "reason": proposal.reason,
            "explanation": proposal.explanation,
            "proposed_by": proposal.by.who,
            "proposed_at": proposal.by.at,
        }
        await self._connection.execute(insert(proposals).values(row))

    async def end(
        self, subject: str, outcome: ProposalOutcome, by: Attribution | None = None
    ) -> None:
        """End the open proposal about a subject, if there is one; by: who confirmed or replaced."""
        ended = {"ended_by": by.who, "ended_at": by.at} if by else {}
        await self._connection.execute(
            update(proposals)
            .where(proposals.c.subject == subject, proposals.c.outcome.is_(None))
            .values(outcome=outcome, **ended)
        )

    async def withdraw_about_books(self, serials: SerialRange) -> None:
        """Withdraw the open proposals about any of the books, or about a job with one of them."""
        of_books = proposals.c.subject.startswith(book_subject(""))
        rows = await self._connection.execute(
            select(proposals.c.subject, proposals.c.book_serial).where(
                proposals.c.outcome.is_(None), or_(of_books, proposals.c.book_serial != "")
            )
        )
        for row in rows.all():
            books = books_of(row.subject) or books_of(book_subject(row.book_serial))
            if books is not None and books.overlaps(serials):
                await self.end(row.subject, ProposalOutcome.WITHDRAWN)


def _proposal(row: Row[Any]) -> Proposal:
    return Proposal(
        action=row.action,
        subject=row.subject,
        book_serial=row.book_serial,
        reason=row.reason,
        explanation=row.explanation,
        by=Attribution(row.proposed_by, row.proposed_at),
    )
