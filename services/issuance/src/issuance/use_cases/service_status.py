"""The status of issuance: cases by state, tasks in the outbox, and the outages that stop them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from issuance.domain.circuit_breaker import CircuitState
from issuance.domain.identification_rate import IdentificationRate
from issuance.domain.outbox import stopping_outage
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.paused_work import PausedWork
from issuance.domain.states import ApplicationState
from issuance.store.outage_records import OutageRecord
from issuance.store.outbox_records import OutboxBacklog, PostponedWork, PrintQueue
from issuance.store.records import Records
from issuance.use_cases.application_details import ApplicationDetails
from issuance.use_cases.late_applications import longest_late, which_are_late
from issuance.use_cases.office_directory import OfficeDirectory

MOST_OUTAGES = 1000
"""How many outages the status shows."""


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """The printer of one office. outage: id of the one that stops its tasks, or ""."""

    office: str
    circuit: CircuitState
    unanswered_calls: int
    queue: PrintQueue
    outage: str


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """Cases by state, backlog with the outage (or "") that stops it, and ongoing outages.

    paused_until: real time before which no identification begins; None if it has passed. late: the
    applications that are late for the longest time. without_fingerprints: how many applications,
    ended ones too, have none, by office. past_promised_day,
    past_legal_limit: how many have no book although that has passed (UTC), by office.
    """

    cases: Mapping[ApplicationState, int]
    outbox: Sequence[tuple[OutboxBacklog, str]]
    outages: Sequence[OutageRecord]
    open_tasks: int
    without_fingerprints: Mapping[str, int]
    past_promised_day: Mapping[str, int]
    past_legal_limit: Mapping[str, int]
    identification_rate: IdentificationRate
    paused_until: datetime | None
    printers: Sequence[PrinterStatus]
    paused_work: Sequence[PausedWork]
    postponed: Sequence[PostponedWork]
    late: Sequence[ApplicationDetails]


async def service_status(
    records: Records,
    offices: OfficeDirectory,
    named_office: str | None,
    now: datetime,
    real_now: datetime,
) -> ServiceStatus:
    """Return the status.

    named_office: only its late applications are named; None: those of all offices. real_now: real
    time, since leases run in it.
    """
    named = [office for office in offices.values() if named_office in (None, office.id)]
    ongoing = await records.outages.newest(MOST_OUTAGES, ongoing_only=True)
    outbox = await records.outbox.backlog(real_now)
    rate = await records.identification_rate.get()
    return ServiceStatus(
        cases=await records.case_counts.by_state(),
        outbox=[(backlog, _stopping(backlog.kind, backlog.offices, ongoing)) for backlog in outbox],
        outages=await records.outages.with_cases(ongoing),
        open_tasks=await records.adjudication_tasks.count_undecided(),
        without_fingerprints=await records.case_counts.without_fingerprints(),
        past_promised_day=await records.case_counts.overdue(now.date()),
        past_legal_limit=await records.case_counts.past_legal_limit(now.date()),
        identification_rate=rate,
        paused_until=rate.paused_until if rate.paused_until > real_now else None,
        printers=await printer_status(records, ongoing, real_now),
        paused_work=await records.paused_work.all(),
        postponed=await records.outbox.postponed(real_now),
        late=await longest_late(records, offices, await which_are_late(records, named, now), now),
    )


async def printer_status(
    records: Records, ongoing: Sequence[OutageRecord], real_now: datetime
) -> list[PrinterStatus]:
    """Return the printers of all offices, sorted by office."""
    queues = await records.outbox.print_queues(real_now)
    circuits = await records.printer_circuits.all()
    return [
        PrinterStatus(
            office,
            circuit.state(real_now),
            circuit.failures,
            queues.get(office, PrintQueue()),
            _stopping(OutboxTaskKind.PRINT, [office], ongoing),
        )
        for office, circuit in sorted(circuits.items())
    ]


def _stopping(
    kind: OutboxTaskKind,
    offices: Iterable[str],
    ongoing: Iterable[OutageRecord],
) -> str:
    """Return the id of the first outage that stops tasks of this kind at one of the offices."""
    affected = list(offices)
    stopping = (
        record.id
        for record in ongoing
        if any(stopping_outage(kind, office, [record.outage]) for office in affected)
    )
    return next(stopping, "")
