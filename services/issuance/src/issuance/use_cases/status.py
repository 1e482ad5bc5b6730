"""How issuance is: cases by state, what is owed to whom, what stops it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from issuance.domain.outage import Scope
from issuance.domain.owed import STOPS
from issuance.domain.states import State
from issuance.use_cases.kept import Backlog, KeptOutage
from issuance.use_cases.records import Records

MOST = 1000
"""Outages shown at once."""


@dataclass(frozen=True, slots=True)
class Status:
    """`stopped_by` names an outage for each piece of the backlog, or nothing."""

    cases: Mapping[State, int]
    owed: Sequence[tuple[Backlog, str]]
    outages: Sequence[KeptOutage]
    open_tasks: int


async def status(records: Records, real_now: datetime) -> Status:
    """How issuance is. real_now: leases go by real time."""
    lasting = await records.outages.newest(MOST, open_only=True)
    backlog = await records.work.backlog(real_now)
    return Status(
        cases=await records.cases.by_state(),
        owed=[(owed, _stopped_by(owed, lasting)) for owed in backlog],
        outages=lasting,
        open_tasks=await records.tasks.count_open(),
    )


def _stopped_by(owed: Backlog, lasting: Sequence[KeptOutage]) -> str:
    stops = [
        kept
        for kept in lasting
        if owed.kind in STOPS[kept.outage.scope]
        and (kept.outage.scope is Scope.MATCHER or kept.outage.office in owed.offices)
    ]
    return stops[0].id if stops else ""
