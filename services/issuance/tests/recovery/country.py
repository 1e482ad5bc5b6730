"""A country after days without the matcher: offices, and applicants who wait for it."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import islice
from random import Random
from zoneinfo import ZoneInfo

from issuance.domain.application_type import ApplicationType
from issuance.domain.case import Case
from issuance.domain.collection_hours import CollectionHours
from issuance.domain.collection_plan import PriorityClass
from issuance.domain.office import NewOffice, Office
from issuance.domain.outage import OutageScope
from issuance.domain.outbox import OutboxTask
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.states import ApplicationState
from issuance.domain.working_time import Calendar
from issuance.store.field_values import field_values
from issuance.store.records import Records, Store
from issuance.store.tables.applications import applications
from issuance.store.tables.biometrics import fingerprints
from issuance.store.tables.outbox import outbox
from issuance.use_cases.office_lifecycle import seed_offices
from issuance.use_cases.outage_lifecycle import OutageLifecycle
from sqlalchemy import insert

BACK = datetime(2018, 10, 31, 10, tzinfo=UTC)
"""When the matcher answers again."""
AWAY = timedelta(days=6)
_OFFICES = 120
_AT_ONCE = 2000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CLASSES = list(PriorityClass)
_SHARES = (0.01, 0.09, 0.9)
_CASE = [field.name for field in fields(Case)]
_TASK = [field.name for field in fields(OutboxTask)]


def offices() -> Mapping[str, Office]:
    """Return the offices."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    ids = (f"O{first}{second}" for first in letters for second in letters)
    hours = CollectionHours(Calendar(ZoneInfo("Asia/Makassar"), "ID"))
    return {id: Office(id, id, hours, 3) for id in islice(ids, _OFFICES)}


async def populate(
    store: Store, outages: OutageLifecycle, known: Mapping[str, Office], waiting: int, seed: int
) -> Mapping[str, PriorityClass]:
    """Let so many applicants wait for the matcher since it is away; return their classes."""
    chance = Random(seed)
    completed = sorted(BACK - AWAY * chance.random() for _ in range(waiting))
    classes = chance.choices(_CLASSES, _SHARES, k=waiting)
    ids = list(known)
    cases = [
        _case(nth, chance.choice(ids), priority_class, at)
        for nth, (priority_class, at) in enumerate(zip(classes, completed, strict=True), start=1)
    ]
    async with store.begin() as records:
        new = [NewOffice(office, 4, Fraction(81, 2)) for office in known.values()]
        await seed_offices(records, new, BACK - AWAY)
        await outages.open_automatic(records, OutageScope.MATCHER, "", BACK - AWAY, BACK - AWAY)
        for first in range(0, waiting, _AT_ONCE):
            await _insert(records, cases[first : first + _AT_ONCE])
    return {case.id: case.priority_class for case in cases}


def _case(nth: int, office: str, priority_class: PriorityClass, at: datetime) -> Case:
    day = at.date()
    return Case(
        id=f"case-{nth}",
        office=office,
        type=ApplicationType.NEW,
        priority_class=priority_class,
        holder=b"holder",
        person_id=f"person-{nth}",
        created_at=at,
        state_since=at,
        state=ApplicationState.IDENTIFYING,
        completed_at=at,
        queue_number=nth,
        applied_on=day,
        due_on=day,
        first_promised_collection_date=day,
        promised_collection_date=day,
        portrait_accepted_at=at,
    )


async def _insert(records: Records, cases: list[Case]) -> None:
    execute = records.connection.execute
    await execute(insert(applications), [field_values(case, _CASE) for case in cases])
    await execute(insert(fingerprints), [{"case": c.id, "samples": b"fingers"} for c in cases])
    await execute(insert(outbox), [_row(case) for case in cases])


def _row(case: Case) -> Mapping[str, object]:
    task = OutboxTask(
        id=f"task of {case.id}",
        kind=OutboxTaskKind.IDENTIFY,
        case=case.id,
        office=case.office,
        priority_class=case.priority_class,
        queue_number=case.queue_number or 0,
        request_id=f"request of {case.id}",
        payload=b"",
        created_at=case.state_since,
    )
    more = {
        "queued_from": task.queued_from,
        "not_before": _EPOCH,
        "leased_by": "",
        "last_error": "",
    }
    return field_values(task, _TASK) | more


def virtual_clock(seconds: Callable[[], float]) -> Callable[[], datetime]:
    """Return a clock that shows the return of the matcher at 0 seconds."""
    return lambda: BACK + timedelta(seconds=seconds())
