"""Which fingers came with a call that was decided? Kept encrypted, so that it can be replayed."""

from dataclasses import dataclass
from datetime import datetime

from servicekit.storage.interruptible_connection import execute_later
from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from matcher.domain.finger_source import Probe, Side
from matcher.store.encryption import MasterKey, UndecryptableData
from matcher.store.tables import supplied_fingers

_c = supplied_fingers.c
_INSERT = insert(supplied_fingers)


@dataclass(frozen=True, slots=True)
class SuppliedFingers:
    """Templates that came with a call and are stored nowhere else, within one transaction."""

    _transaction: AsyncConnection
    _master_key: MasterKey

    async def store(self, decision_id: str, side: Side, fingers: Probe, now: datetime) -> None:
        """Store those fingers of one side of a decision that are not of an encounter."""
        rows = [
            {
                "decision_id": decision_id,
                "side": side,
                "position": finger.position,
                "template": self._master_key.seal(
                    finger.template, _name(decision_id, side, finger.position)
                ),
                "stored_at": now,
            }
            for finger, recorded in zip(fingers.fingers, fingers.recorded_as, strict=True)
            if recorded.encounter_id is None
        ]
        execute_later(self._transaction, _INSERT, rows)

    async def of(self, decision_id: str, side: Side) -> dict[int, bytes]:
        """Return the templates of one side of a decision that are still kept, by position."""
        statement = select(_c.position, _c.template).where(
            _c.decision_id == decision_id, _c.side == side
        )
        rows = await self._transaction.execute(statement)
        opened = {
            row.position: self._opened(row.template, _name(decision_id, side, row.position))
            for row in rows
        }
        return {position: template for position, template in opened.items() if template}

    async def delete_stored_before(self, time: datetime) -> None:
        """Delete what was stored before a time."""
        await self._transaction.execute(delete(supplied_fingers).where(_c.stored_at < time))

    def _opened(self, sealed: bytes, name: str) -> bytes:
        try:
            return self._master_key.open(sealed, name)
        except UndecryptableData:
            return b""


def _name(decision_id: str, side: Side, position: int) -> str:
    return f"{decision_id}/{side}/{position}"
