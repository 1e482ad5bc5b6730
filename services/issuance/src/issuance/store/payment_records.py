"""Receipts of payments in the database, each for one application."""

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.payment import ReceiptUsed
from issuance.store.tables import payment_receipts


class PaymentRecords:
    """Reads and writes receipts."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def paid_case(self, receipt: str) -> str:
        """Return the case that a receipt was recorded for, or ""."""
        c = payment_receipts.c
        return await self._connection.scalar(select(c.case).where(c.receipt == receipt)) or ""

    async def add(self, receipt: str, case: str) -> None:
        """Record a receipt for a case. Raises ReceiptUsed."""
        row = insert(payment_receipts).values(receipt=receipt, case=case)
        try:
            await self._connection.execute(row)
        except IntegrityError:
            raise ReceiptUsed from None
