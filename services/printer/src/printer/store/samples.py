"""Sample prints in the database."""

from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from printer.domain.attribution import Attribution
from printer.domain.errors import SampleInProgress
from printer.domain.sample import Sample, SampleOutcome
from printer.store.tables.samples import is_open_sample, samples


class SampleRecords:
    """Sample prints as one transaction sees them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, sample: Sample) -> None:
        """Add a sample that is to be printed; raise SampleInProgress if its machine has one."""
        row = {
            "sample_id": sample.sample_id,
            "machine_id": sample.machine_id,
            "book_serial": sample.book_serial,
            "requested_at": sample.requested.at,
            "requested_by": sample.requested.who,
        }
        try:
            await self._connection.execute(insert(samples).values(row))
        except IntegrityError:
            raise SampleInProgress("the machine has a sample that is not printed yet") from None

    async def open_of(self, machine_id: str) -> Sample | None:
        """Return the sample of a machine that has not ended; None if there is none."""
        statement = select(samples).where(samples.c.machine_id == machine_id, is_open_sample)
        row = (await self._connection.execute(statement)).one_or_none()
        if row is None:
            return None
        return Sample(
            sample_id=row.sample_id,
            machine_id=row.machine_id,
            book_serial=row.book_serial,
            requested=Attribution(row.requested_by, row.requested_at),
            sent_at=row.sent_at,
        )

    async def has_failed(self, sample_id: str) -> bool:
        """Return whether there is such a sample, and its machine did not report it printed."""
        statement = select(samples.c.sample_id).where(
            samples.c.sample_id == sample_id,
            samples.c.outcome.in_((SampleOutcome.NOT_PRINTED, SampleOutcome.UNKNOWN)),
        )
        return await self._connection.scalar(statement) is not None

    async def record_sent(self, sample: Sample, at: datetime) -> None:
        """Record that sending begins; at: real time."""
        await self._connection.execute(
            update(samples).where(samples.c.sample_id == sample.sample_id).values(sent_at=at)
        )

    async def end(self, sample: Sample, outcome: SampleOutcome) -> None:
        """Record how a sample print ended."""
        await self._connection.execute(
            update(samples).where(samples.c.sample_id == sample.sample_id).values(outcome=outcome)
        )
