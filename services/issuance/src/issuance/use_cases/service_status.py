"""The status of issuance: cases by state, tasks in the outbox, and the outages that stop them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from issuance.domain.outage import OutageScope
from issuance.domain.outbox import STOPPED_TASKS
from issuance.domain.states import ApplicationState
from issuance.store.outage_records import OutageRecord
from issuance.store.outbox_records import OutboxBacklog
from issuance.store.records import Records

MOST_OUTAGES = 1000
"""How many outages the status shows."""


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """Cases by state, backlog with the outage (or "") that stops it, and ongoing outages."""

    cases: Mapping[ApplicationState, int]
    outbox: Sequence[tuple[OutboxBacklog, str]]
    outages: Sequence[OutageRecord]
    open_tasks: int


async def service_status(records: Records, real_now: datetime) -> ServiceStatus:
    """Return the status. real_now: real time, since leases run in it."""
    ongoing = await records.outages.newest(MOST_OUTAGES, ongoing_only=True)
    outbox = await records.outbox.backlog(real_now)
    return ServiceStatus(
        cases=await records.cases.count_by_state(),
        outbox=[(backlog, _stopped_by(backlog, ongoing)) for backlog in outbox],
        outages=ongoing,
        open_tasks=await records.adjudication_tasks.count_undecided(),
    )


def _stopped_by(backlog: OutboxBacklog, ongoing: Sequence[OutageRecord]) -> str:
    stopping = [
        record
        for record in ongoing
        if backlog.kind in STOPPED_TASKS[record.outage.scope]
        and (record.outage.scope is OutageScope.MATCHER or record.outage.office in backlog.offices)
    ]
    return stopping[0].id if stopping else ""
