"""How are decisions recorded so that tampering shows? By a chain of hashes over the records."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from pydantic import TypeAdapter
from servicekit.grpc.page_tokens import BadPageToken
from servicekit.storage.interruptible_connection import execute_later
from sqlalchemy import (
    ColumnElement,
    bindparam,
    insert,
    literal,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from matcher.domain.decision import Decision, DecisionOutcome, DecisionPage, DecisionRecord
from matcher.domain.errors import DecisionNotFound
from matcher.domain.office_scope import OfficeScope
from matcher.store.tables import decisions, head

_JSON = TypeAdapter(Decision)
# Made once: to make a statement, and to find it compiled, takes longer than to execute it.
_NEXT = (
    update(head)
    .values(
        last_decision=head.c.last_decision + 1,
        undecided_decisions=head.c.undecided_decisions + bindparam("undecided"),
    )
    .returning(head.c.last_decision, head.c.last_record_hash)
)
_SET_LAST_HASH = update(head).values(last_record_hash=bindparam("record_hash"))
_INSERT = insert(decisions)


@dataclass(frozen=True, slots=True)
class DecisionChain:
    """The chain of decision records, within one transaction."""

    _transaction: AsyncConnection

    async def append(self, decision: Decision) -> DecisionRecord:
        """Record a decision; every other writer waits from here to the commit."""
        record = _JSON.dump_json(decision)
        undecided = {"undecided": int(decision.outcome is DecisionOutcome.UNDECIDED)}
        row = (await self._transaction.execute(_NEXT, undecided)).one()
        record_hash = _hash(row.last_record_hash, record)
        execute_later(self._transaction, _SET_LAST_HASH, [{"record_hash": record_hash}])
        stored = {
            "number": row.last_decision,
            "decision_id": decision.decision_id,
            "record": record,
            "record_hash": record_hash,
            "decided_at": decision.decided_at,
            "office_id": decision.request.office_id,
            "outcome": decision.outcome,
        }
        execute_later(self._transaction, _INSERT, [stored])
        return DecisionRecord(decision, record_hash)

    async def get(self, decision_id: str, scope: OfficeScope) -> DecisionRecord:
        """Return a decision as it was answered; raise DecisionNotFound, also if out of scope."""
        statement = select(decisions.c.record, decisions.c.record_hash).where(
            decisions.c.decision_id == decision_id, _in_scope(scope)
        )
        row = (await self._transaction.execute(statement)).one_or_none()
        if row is None:
            raise DecisionNotFound("there is no such decision", field="decision_id")
        return DecisionRecord(_JSON.validate_json(row.record), row.record_hash)

    async def page(
        self, page: DecisionPage, scope: OfficeScope
    ) -> list[tuple[int, DecisionRecord]]:
        """Return decisions within a scope with their numbers, latest first. Raises BadPageToken."""
        by_time = tuple_(decisions.c.decided_at, decisions.c.number)
        statement = (
            select(decisions.c.number, decisions.c.record, decisions.c.record_hash)
            .where(_in_scope(scope), *_filters(page))
            .order_by(decisions.c.decided_at.desc(), decisions.c.number.desc())
            .limit(page.size)
        )
        if page.after:
            last = await self._transaction.scalar(
                select(decisions.c.decided_at).where(decisions.c.number == page.after)
            )
            if last is None:
                raise BadPageToken("this token was not issued here", field="page_token")
            statement = statement.where(
                by_time < tuple_(literal(last, decisions.c.decided_at.type), literal(page.after))
            )
        rows = (await self._transaction.execute(statement)).all()
        return [
            (row.number, DecisionRecord(_JSON.validate_json(row.record), row.record_hash))
            for row in rows
        ]

    async def count(self) -> tuple[int, int]:
        """Return how many decisions were recorded, and how many of them were UNDECIDED."""
        statement = select(head.c.last_decision, head.c.undecided_decisions)
        row = (await self._transaction.execute(statement)).one()
        return row.last_decision, row.undecided_decisions

    async def first_broken_record(self) -> int | None:
        """Return the number of the first record that does not fit the chain; None if all do."""
        expected, number = bytes(32), 0
        async for stored_number, record, record_hash in self._all():
            expected, number = _hash(expected, record), number + 1
            if (stored_number, record_hash) != (number, expected):
                return number
        statement = select(head.c.last_decision, head.c.last_record_hash)
        end = (await self._transaction.execute(statement)).one()
        return None if tuple(end) == (number, expected) else number + 1

    async def _all(self) -> AsyncIterator[tuple[int, bytes, bytes]]:
        statement = select(decisions.c.number, decisions.c.record, decisions.c.record_hash)
        rows = await self._transaction.stream(statement.order_by(decisions.c.number))
        async for row in rows:
            yield row.number, row.record, row.record_hash


def _in_scope(scope: OfficeScope) -> ColumnElement[bool]:
    return true() if scope.office_id is None else decisions.c.office_id == scope.office_id


def _filters(page: DecisionPage) -> list[ColumnElement[bool]]:
    filters: list[ColumnElement[bool]] = []
    if page.decided_from is not None:
        filters.append(decisions.c.decided_at >= page.decided_from)
    if page.decided_before is not None:
        filters.append(decisions.c.decided_at < page.decided_before)
    if page.outcome is not None:
        filters.append(decisions.c.outcome == page.outcome)
    return filters


def _hash(previous: bytes, record: bytes) -> bytes:
    return hashlib.sha256(previous + record).digest()
