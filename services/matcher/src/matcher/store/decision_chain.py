"""The chain of decisions: each record is hashed together with the hash before it."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from pydantic import TypeAdapter
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from matcher.domain.decision import Decision, DecisionRecord, Outcome
from matcher.domain.errors import DecisionNotFound
from matcher.store.tables import decisions, head

_JSON = TypeAdapter(Decision)


@dataclass(frozen=True, slots=True)
class Decisions:
    """Appends to the chain and reads it, within one transaction."""

    _transaction: AsyncConnection

    async def append(self, decision: Decision) -> DecisionRecord:
        """Record a decision; from here to the commit nobody else records one."""
        record = _JSON.dump_json(decision)
        undecided = int(decision.outcome is Outcome.UNDECIDED)
        statement = update(head).values(
            decision=head.c.decision + 1, undecided=head.c.undecided + undecided
        )
        row = (
            await self._transaction.execute(
                statement.returning(head.c.decision, head.c.decision_hash)
            )
        ).one()
        record_hash = _hash(row.decision_hash, record)
        await self._transaction.execute(update(head).values(decision_hash=record_hash))
        await self._transaction.execute(
            insert(decisions).values(
                number=row.decision,
                decision_id=decision.decision_id,
                record=record,
                record_hash=record_hash,
            )
        )
        return DecisionRecord(decision, record_hash)

    async def get(self, decision_id: str) -> DecisionRecord:
        """One decision as it was given; raises DecisionNotFound."""
        statement = select(decisions.c.record, decisions.c.record_hash).where(
            decisions.c.decision_id == decision_id
        )
        row = (await self._transaction.execute(statement)).one_or_none()
        if row is None:
            raise DecisionNotFound("there is no such decision", field="decision_id")
        return DecisionRecord(_JSON.validate_json(row.record), row.record_hash)

    async def count(self) -> tuple[int, int]:
        """How many decisions were recorded, and how many of them were UNDECIDED."""
        row = (await self._transaction.execute(select(head.c.decision, head.c.undecided))).one()
        return row.decision, row.undecided

    async def first_break(self) -> int | None:
        """The number of the first record that does not fit the chain; None if all do."""
        expected, number = bytes(32), 0
        async for stored_number, record, record_hash in self._all():
            expected, number = _hash(expected, record), number + 1
            if (stored_number, record_hash) != (number, expected):
                return number
        end = (await self._transaction.execute(select(head.c.decision, head.c.decision_hash))).one()
        return None if tuple(end) == (number, expected) else number + 1

    async def _all(self) -> AsyncIterator[tuple[int, bytes, bytes]]:
        statement = select(decisions.c.number, decisions.c.record, decisions.c.record_hash)
        rows = await self._transaction.stream(statement.order_by(decisions.c.number))
        async for row in rows:
            yield row.number, row.record, row.record_hash


def _hash(previous: bytes, record: bytes) -> bytes:
    return hashlib.sha256(previous + record).digest()
