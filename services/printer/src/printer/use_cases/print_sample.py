"""Print a sample page: two persons ask for it, the driver of the machine sends and follows it.

A blank book of the machine is a sample from then on. If the machine does not report it printed, the
book may lie blank in the tray: it is quarantined, and leaves that when two persons have looked.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256

from servicekit.process.clock import Clock

from printer.domain.attribution import PRINTER_SERVICE, Attribution
from printer.domain.book import Book, BookTransition
from printer.domain.errors import NoBlankBook, SampleInProgress
from printer.domain.movement import MachineAction, MachineEvent
from printer.domain.printer_client import (
    JobSubmission,
    MachineJob,
    MachineJobPhase,
    PrinterClient,
    PrinterStatus,
    RequestNotDelivered,
    RequestRefused,
)
from printer.domain.sample import Sample, SampleOutcome
from printer.domain.serial_range import SerialRange
from printer.domain.two_persons import Proposal, ProposedAction, sample_subject
from printer.page.sample_page import sample_page
from printer.store.records import Records, Store
from printer.use_cases.two_persons import two_persons_agree

_ENDED = {
    MachineJobPhase.COMPLETED: SampleOutcome.PRINTED,
    MachineJobPhase.CANCELLED_OR_ABORTED: SampleOutcome.NOT_PRINTED,
}


async def request_sample(
    records: Records, machine_id: str, reason: str, by: Attribution, sample_id: str
) -> Sample | Proposal:
    """Take the next blank book of a machine as a sample, and print a sample page in it.

    Returns the proposal that a second person has to confirm by the same request, or the sample.
    Raises MachineNotFound, NoBlankBook, SampleInProgress or SecondPersonRequired.
    """
    await records.machines.get(machine_id)
    if await records.samples.open_of(machine_id) is not None:
        raise SampleInProgress("the machine has a sample that is not printed yet")
    serial = await records.books.next_blank(machine_id)
    if serial is None:
        raise NoBlankBook("load a blank book first", field="machine_id")
    proposal = Proposal(
        action=ProposedAction.PRINT_SAMPLE,
        subject=sample_subject(machine_id),
        explanation=f"machine {machine_id}: {reason}",
        by=by,
    )
    confirmed = await two_persons_agree(records, proposal)
    if confirmed is None:
        return proposal
    sample = Sample(sample_id=sample_id, machine_id=machine_id, book_serial=serial, requested=by)
    await _move_book(
        records, sample, BookTransition.TAKE_AS_SAMPLE, by, reason, proposed_by=confirmed.by.who
    )
    await records.samples.add(sample)
    await _record_event(records, sample, MachineAction.SAMPLE_REQUESTED, by, reason)
    return sample


class PrintSample:
    """Sends and follows the samples of one machine.

    limit_seconds: how long a machine may take. now: real time.
    """

    def __init__(
        self,
        machine_id: str,
        store: Store,
        clock: Clock,
        limit_seconds: float,
        now: Callable[[], datetime],
    ) -> None:
        self._machine_id = machine_id
        self._store = store
        self._clock = clock
        self._limit_seconds = limit_seconds
        self._now = now

    async def __call__(self, client: PrinterClient, status: PrinterStatus) -> bool:
        """Do what is next for the machine's sample; return whether it occupies the machine.

        status: the machine's, just read. Raises what the client raises.
        """
        async with self._store.read() as records:
            sample = await records.samples.open_of(self._machine_id)
            machine = await records.machines.get(self._machine_id)
            paused = await records.restores.unreleased() is not None
        if sample is None:
            return False
        if sample.sent_at is not None:
            await self._follow(client, sample, sample.sent_at)
            return True
        is_ready = status.idle and status.takes_jobs
        if paused or not is_ready or status.printer_uuid != machine.printer_uuid:
            return False
        await self._send(client, sample)
        return True

    async def _send(self, client: PrinterClient, sample: Sample) -> None:
        async with self._store.begin() as records:
            await records.samples.record_sent(sample, self._now())
        page = await asyncio.to_thread(sample_page)
        digest = sha256(page).digest()
        submission = JobSubmission(sample.sample_id, sample.book_serial, page, digest)
        try:
            await client.send_document(await client.create_job(submission), submission)
        except (RequestNotDelivered, RequestRefused) as error:
            await self._end(sample, SampleOutcome.NOT_PRINTED, str(error))

    async def _follow(self, client: PrinterClient, sample: Sample, sent_at: datetime) -> None:
        found = await client.find_job(sample.sample_id)
        is_late = (self._now() - sent_at).total_seconds() >= self._limit_seconds
        if found is None:
            await self._end(sample, SampleOutcome.UNKNOWN)
        elif found.phase in _ENDED:
            await self._end(sample, _ENDED[found.phase], ", ".join(found.state_reasons))
        elif found.phase is MachineJobPhase.AWAITING_DOCUMENT or is_late:
            await self._cancel(client, sample, found)

    async def _cancel(self, client: PrinterClient, sample: Sample, found: MachineJob) -> None:
        outcome = SampleOutcome.NOT_PRINTED
        try:
            await client.cancel_job(found.machine_job_id)
        except RequestRefused:
            outcome = SampleOutcome.UNKNOWN
        await self._end(sample, outcome)

    async def _end(self, sample: Sample, outcome: SampleOutcome, reason: str = "") -> None:
        by = Attribution(PRINTER_SERVICE, self._clock.now())
        told = f"{outcome.name}: {reason}" if reason else outcome.name
        async with self._store.begin() as records:
            await records.samples.end(sample, outcome)
            if outcome is not SampleOutcome.PRINTED:
                await _move_book(records, sample, BookTransition.QUARANTINE_SAMPLE, by, told)
            await _record_event(records, sample, MachineAction.SAMPLE_ENDED, by, told)


async def _move_book(
    records: Records,
    sample: Sample,
    transition: BookTransition,
    by: Attribution,
    reason: str,
    proposed_by: str = "",
) -> None:
    book = Book(sample.book_serial, transition.target, sample.machine_id, sample.sample_id)
    await records.books.apply_transition(
        transition, book, by, f"sample page: {reason}", proposed_by=proposed_by
    )


async def _record_event(
    records: Records, sample: Sample, action: MachineAction, by: Attribution, reason: str
) -> None:
    event = MachineEvent(
        machine_id=sample.machine_id,
        action=action,
        by=by,
        reason=reason,
        books=SerialRange(sample.book_serial, 1),
    )
    await records.machine_events.add(event)
