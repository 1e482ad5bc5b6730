"""Payments in the database: what was recorded, what was reported, and where both differ."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, Select, delete, func, insert, select, union, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.domain.payment import (
    OpenPayment,
    Payment,
    PaymentDifference,
    ReceiptUsed,
    ReportedPayment,
)
from issuance.store.tables.applications import applications
from issuance.store.tables.payments import (
    payment_differences,
    payment_receipts,
    payment_reports,
    reported_payments,
)


class PaymentRecords:
    """Reads and writes payments."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def paid_case(self, receipt: str) -> str:
        """Return the case that a receipt was recorded for, or ""."""
        c = payment_receipts.c
        return await self._connection.scalar(select(c.case).where(c.receipt == receipt)) or ""

    async def add(self, receipt: str, case: str, rupiah: int | None, at: datetime) -> None:
        """Record a receipt for a case. Raises ReceiptUsed."""
        row = insert(payment_receipts).values(
            receipt=receipt, case=case, rupiah=rupiah, recorded_at=at
        )
        try:
            await self._connection.execute(row)
        except IntegrityError:
            raise ReceiptUsed from None

    async def reported_rupiah(self, receipt: str) -> int | None:
        """Return the amount that the payment channel reported; None if it has not yet."""
        c = reported_payments.c
        statement = select(c.rupiah).where(c.receipt == receipt)
        return cast("int | None", await self._connection.scalar(statement))

    async def of_receipts(self, receipts: Collection[str]) -> Sequence[Payment]:
        """Return what is known of each of these receipts, if anything, by receipt."""
        known = union(
            select(payment_receipts.c.receipt).where(payment_receipts.c.receipt.in_(receipts)),
            select(reported_payments.c.receipt).where(reported_payments.c.receipt.in_(receipts)),
        ).subquery()
        statement = _payments(known.c.receipt, known).order_by(known.c.receipt)
        return [_payment(row) for row in await self._connection.execute(statement)]

    async def recorded_between(self, after: datetime | None, until: datetime) -> Sequence[Payment]:
        """Return those recorded after an instant (None: ever) and until another, unreported."""
        c = payment_receipts.c
        statement = _payments(c.receipt, payment_receipts).where(
            c.recorded_at <= until, reported_payments.c.receipt.is_(None)
        )
        if after is not None:
            statement = statement.where(c.recorded_at > after)
        return [_payment(row) for row in await self._connection.execute(statement)]

    async def report(self, payments: Sequence[ReportedPayment]) -> None:
        """Store what the channel reported, in place of what it reported of the same receipts."""
        receipts = [payment.receipt for payment in payments]
        c = reported_payments.c
        await self._connection.execute(delete(reported_payments).where(c.receipt.in_(receipts)))
        rows = [
            {"receipt": each.receipt, "rupiah": each.rupiah, "paid_at": each.paid_at}
            for each in payments
        ]
        if rows:
            await self._connection.execute(insert(reported_payments), rows)

    async def reported_until(self) -> datetime | None:
        """Return until when all payments were reported; None if nothing was."""
        latest = select(func.max(payment_reports.c.reported_until))
        return cast("datetime | None", await self._connection.scalar(latest))

    async def add_report(
        self, reported_until: datetime | None, by: str, at: datetime, payments: int
    ) -> None:
        """Record that a report was made, with so many payments."""
        row = insert(payment_reports).values(
            reported_until=reported_until, by=by, at=at, payments=payments
        )
        await self._connection.execute(row)

    async def set_differences(
        self, found: Iterable[tuple[Payment, PaymentDifference | None]], at: datetime
    ) -> None:
        """Open an item for each payment that differs, and close those of the others.

        An item that is open, or was settled, for the same difference stays as it is.
        """
        known = dict(found)
        c = payment_differences.c
        receipts = [payment.receipt for payment in known]
        rows = await self._connection.execute(
            select(c.receipt, c.difference).where(c.receipt.in_(receipts))
        )
        before: Mapping[str, PaymentDifference] = {row.receipt: row.difference for row in rows}
        changed = {
            payment: difference
            for payment, difference in known.items()
            if before.get(payment.receipt) is not difference
        }
        await self._connection.execute(
            delete(payment_differences).where(c.receipt.in_([each.receipt for each in changed]))
        )
        opened = [
            {
                "receipt": payment.receipt,
                "difference": difference,
                "office": payment.office,
                "case": payment.case,
                "since": at,
            }
            for payment, difference in changed.items()
            if difference is not None
        ]
        if opened:
            await self._connection.execute(insert(payment_differences), opened)

    async def is_settled(self, receipt: str) -> bool:
        """Return whether people have settled that no application has a reported receipt."""
        c = payment_differences.c
        settled = select(c.number).where(
            c.receipt == receipt, c.difference == PaymentDifference.UNRECORDED, c.resolved
        )
        return await self._connection.scalar(settled) is not None

    async def of_numbers(self, numbers: Collection[int]) -> Mapping[int, OpenPayment]:
        """Return payments that differ and are not settled, by the numbers of their differences."""
        c = payment_differences.c
        statement = _payments(c.receipt, payment_differences).add_columns(
            c.number, c.difference, c.since
        )
        rows = await self._connection.execute(statement.where(c.number.in_(numbers), ~c.resolved))
        return {row.number: OpenPayment(_payment(row), row.difference, row.since) for row in rows}

    async def settle(self, number: int) -> bool:
        """Mark a difference as settled; return whether it was open."""
        c = payment_differences.c
        statement = update(payment_differences).where(c.number == number, ~c.resolved)
        return (await self._connection.execute(statement.values(resolved=True))).rowcount == 1


def _payments(receipt: Any, source: Any) -> Select[Any]:
    """Return the statement for payments of the receipts of a table."""
    recorded, reported = payment_receipts, reported_payments
    tables = source
    if source is not recorded:
        tables = source.outerjoin(recorded, recorded.c.receipt == receipt)
    tables = tables.outerjoin(reported, reported.c.receipt == receipt)
    tables = tables.outerjoin(applications, applications.c.id == recorded.c.case)
    return select(
        receipt.label("receipt"),
        func.coalesce(recorded.c.case, "").label("case"),
        func.coalesce(applications.c.office, "").label("office"),
        recorded.c.rupiah.label("recorded_rupiah"),
        reported.c.rupiah.label("reported_rupiah"),
    ).select_from(tables)


def _payment(row: Row[Any]) -> Payment:
    return Payment(row.receipt, row.case, row.office, row.recorded_rupiah, row.reported_rupiah)
