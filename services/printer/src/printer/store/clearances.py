"""What decides whether clearances are valid here: trusted keys and revocations."""

from sqlalchemy import and_, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from printer.domain.attribution import Attribution
from printer.domain.clearance import Clearance
from printer.domain.trusted_key import TrustedKeyEvent
from printer.store.tables.clearances import revocations, trusted_key_events


class ClearanceRecords:
    """Trusted keys and revocations as one transaction sees them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add_key_event(self, event: TrustedKeyEvent) -> None:
        """Trust a key from now on, or the key of this `kid` no longer."""
        row = {
            "kid": event.kid,
            "public_key_pem": event.public_key_pem,
            "at": event.by.at,
            "who": event.by.who,
            "proposed_by": event.proposed_by,
            "reason": event.reason,
        }
        await self._connection.execute(insert(trusted_key_events).values(row))

    async def key_events(self) -> list[TrustedKeyEvent]:
        """Return which keys were trusted and withdrawn, oldest first."""
        rows = await self._connection.execute(
            select(trusted_key_events).order_by(trusted_key_events.c.event_number)
        )
        return [
            TrustedKeyEvent(
                kid=row.kid,
                public_key_pem=row.public_key_pem,
                by=Attribution(row.who, row.at),
                proposed_by=row.proposed_by,
                reason=row.reason,
            )
            for row in rows
        ]

    async def keys(self) -> dict[str, str]:
        """Return the public keys as PEM by `kid`, empty where the trust was withdrawn."""
        return {event.kid: event.public_key_pem for event in await self.key_events()}

    async def revoke(
        self, clearance_id: str, document_number: str, reason: str, by: Attribution
    ) -> None:
        """Revoke a clearance by its id, or all so far of a document number; the other is empty."""
        row = {
            "clearance_id": clearance_id,
            "document_number": document_number,
            "reason": reason,
            "revoked_at": by.at,
            "revoked_by": by.who,
        }
        await self._connection.execute(insert(revocations).values(row))

    async def revocation(self, clearance: Clearance) -> str | None:
        """Return why a clearance is revoked; None if it is not.

        A document number that was revoked may be approved again: what issuance releases after that
        is valid.
        """
        c = revocations.c
        of_number = c.document_number == clearance.document_number
        if clearance.released_at is not None:
            of_number = and_(of_number, c.revoked_at >= clearance.released_at)
        statement = select(c.reason).where(or_(c.clearance_id == clearance.clearance_id, of_number))
        reason: str | None = await self._connection.scalar(statement.limit(1))
        return reason
