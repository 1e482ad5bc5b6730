"""Compare the attempts in the database with the jobs that a machine remembers, once a start.

A job for a book that the database has no attempt for was created by a database that knew more: this
one has gone back in time. Nothing is assigned to any machine before each was asked.
"""

from contextlib import suppress

import structlog
from servicekit.process.clock import Clock

from printer.domain.attribution import PRINTER_SERVICE, Attribution
from printer.domain.errors import BookNotFound
from printer.domain.job_transitions import JobEvent, JobState
from printer.domain.printer_client import MachineJob, PrinterClient
from printer.domain.restore import Restore, RestoreFinding
from printer.store.records import Records, Store
from printer.use_cases.apply_transition import apply_transition
from printer.use_cases.machine_monitor import MachineMonitor
from printer.use_cases.set_book_aside import set_book_aside

_log = structlog.get_logger(__name__)


class CompareWithMachine:
    """Finds what one machine has and the database lacks.

    monitor: told when the machine was compared, or could not be asked.
    """

    def __init__(
        self, machine_id: str, store: Store, clock: Clock, monitor: MachineMonitor
    ) -> None:
        self._machine_id = machine_id
        self._store = store
        self._clock = clock
        self._monitor = monitor
        self._is_done = False

    async def __call__(self, client: PrinterClient) -> None:
        """Compare if that was not done since the start; raises what the client raises."""
        if not self._is_done:
            await self._record(await self._remembered(client))
            self._is_done = True
        self._monitor.record_compared(self._machine_id)

    async def _remembered(self, client: PrinterClient) -> dict[str, MachineJob]:
        try:
            return {job.name: job for job in await client.all_jobs() if job.book_serial}
        except Exception:
            # One machine that is off must not stop the others; it is compared when it answers.
            self._monitor.record_compared(self._machine_id)
            raise

    async def _record(self, remembered: dict[str, MachineJob]) -> None:
        by = Attribution(PRINTER_SERVICE, self._clock.now())
        async with self._store.begin() as records:
            unknown = await records.attempts.unknown(sorted(remembered))
            restore = await records.restores.unreleased()
            if unknown:
                reason = f"machine {self._machine_id} has jobs that the database does not know"
                restore = await records.restores.notice(reason, by)
            if restore is not None:
                await self._record_memory(records, restore, len(remembered))
                for name in sorted(unknown):
                    await self._record_unknown(records, restore, remembered[name], by)

    async def _record_memory(self, records: Records, restore: Restore, jobs: int) -> None:
        description = (
            f"machine {self._machine_id} remembers {jobs} jobs; what it printed before and since "
            "the backup is not known: compare its tray and its counter with the list of books"
        )
        finding = RestoreFinding(machine_id=self._machine_id, description=description)
        await records.restores.add_finding(restore, finding)

    async def _record_unknown(
        self, records: Records, restore: Restore, found: MachineJob, by: Attribution
    ) -> None:
        serial = found.book_serial or ""
        description = f"on machine {self._machine_id} a job for book {serial} {found.phase.value}"
        _log.error("attempt_unknown_to_database", machine=self._machine_id, book=serial)
        reason = (
            f"machine {self._machine_id} printed it, or tried, before the database was restored"
        )
        with suppress(BookNotFound):  # received after the backup
            await set_book_aside(records, serial, self._machine_id, found.name, by, reason)
        document_number = await _hold_job(records, found, description, by)
        finding = RestoreFinding(
            machine_id=self._machine_id,
            attempt_id=found.name,
            book_serial=serial,
            document_number=document_number,
            description=description,
        )
        await records.restores.add_finding(restore, finding)


async def _hold_job(records: Records, found: MachineJob, reason: str, by: Attribution) -> str:
    """Hold the job whose page the machine printed; return its document number, if it is known."""
    if found.printed_sha256 is None:
        return ""
    job = await records.jobs.with_page(bytes.fromhex(found.printed_sha256))
    if job is None:
        return ""
    if job.state is JobState.QUEUED:
        await apply_transition(records, job, JobEvent.HOLD, by, reason)
    return job.document_number
