"""A country of many open applications, made from a seed: what planning is measured with."""

import sqlite3
import uuid
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import islice, product
from pathlib import Path
from random import Random
from string import ascii_uppercase
from zoneinfo import ZoneInfo

from issuance.domain.collection_hours import CollectionHours
from issuance.domain.collection_plan import PriorityClass
from issuance.domain.office import NewOffice, Office
from issuance.domain.states import ApplicationState
from issuance.domain.working_time import Calendar
from issuance.store.records import Store
from issuance.use_cases.office_lifecycle import seed_offices
from issuance.use_cases.plan_office import plan_office
from passport.type.v1.civil_pb2 import BiographicData, CalendarDate, PersonName

ZONE = ZoneInfo("Asia/Makassar")
HOLDER = BiographicData(
    name=PersonName(primary="RAHMAN"), born_on=CalendarDate(year=1990, month=2, day=28)
).SerializeToString()
MORNING = datetime(2018, 10, 31, 7, tzinfo=ZONE)
"""Before offices open, so that a pass releases no books."""
OPENING = MORNING.replace(hour=8, minute=1)
_OFFICES = 120
_STATES = {
    ApplicationState.BIOMETRICS_TAKEN: 0.03,
    ApplicationState.IDENTIFYING: 0.6,
    ApplicationState.AWAITING_APPROVAL: 0.2,
    ApplicationState.APPROVED: 0.1,
    ApplicationState.PRINTING: 0.02,
    ApplicationState.READY: 0.05,
}
_CLASSES = {PriorityClass.EMERGENCY: 0.01, PriorityClass.EXPEDITED: 0.09, PriorityClass.NORMAL: 0.9}
_COLUMNS = (
    "id", "office", "type", "priority_class", "holder", "person_id", "created_at", "state_since",
    "state", "revision", "completed_at", "queue_number", "applied_on", "due_on",
    "first_promised_collection_date", "promised_collection_date", "delayed", "decision_id",
    "document_number", "print_job", "book_serial", "portrait_accepted_at",
)  # fmt: skip
_INSERT = (
    f"INSERT INTO applications ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"
)
_DOCUMENTS = """
    INSERT INTO documents (number, person_id, "case", office, book_serial, holder, issued_on,
        status, status_since, status_by, status_reason)
    SELECT document_number, person_id, id, office, book_serial, holder, applied_on, 'made',
        created_at, '', '' FROM applications WHERE state = 'ready'
"""
_PORTRAITS = """
    INSERT INTO portraits ("case", jpeg) SELECT id, 'jpeg' FROM applications
    WHERE state IN ('approved', 'awaiting_approval')
"""
_PROMISE = "UPDATE applications SET promised_collection_date = ? WHERE id = ?"


class Now:
    """A clock that stands still, before offices open, until it is set."""

    def __init__(self) -> None:
        self.time = MORNING

    def now(self) -> datetime:
        """Return the time."""
        return self.time


def new_id() -> str:
    """Return an id."""
    return uuid.uuid4().hex


def offices() -> Mapping[str, Office]:
    """Return offices."""
    hours = CollectionHours(Calendar(ZONE, "ID"))
    ids = (f"O{first}{second}" for first, second in product(ascii_uppercase, repeat=2))
    return {id: Office(id, id, hours, 3) for id in islice(ids, _OFFICES)}


async def populate(
    file: Path, store: Store, known: Mapping[str, Office], cases: int, seed: int
) -> None:
    """Insert so many open applications, and as many that were handed over."""
    async with store.begin() as records:
        new = [NewOffice(office, 4, Fraction(81, 2)) for office in known.values()]
        await seed_offices(records, new, MORNING)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.executemany(_INSERT, _rows(list(known), cases, Random(seed)))
        connection.execute(_DOCUMENTS)
        connection.execute(_PORTRAITS)
        connection.execute(
            "UPDATE counters SET value = ? WHERE name = 'queue_number'", (2 * cases,)
        )
        connection.execute("ANALYZE")


def _rows(ids: list[str], cases: int, chance: Random) -> Iterator[tuple[object, ...]]:
    states = chance.choices(list(_STATES), list(_STATES.values()), k=cases)
    classes = chance.choices(list(_CLASSES), list(_CLASSES.values()), k=2 * cases)
    ended = [ApplicationState.HANDED_OVER] * cases
    for nth, (state, priority_class) in enumerate(zip(ended + states, classes, strict=True)):
        days = timedelta(days=(2 * cases - nth) * 12 / (2 * cases))
        at = (MORNING - days).astimezone(ZoneInfo("UTC"))
        time, day = f"{at:%Y-%m-%d %H:%M:%S.%f}", f"{at:%Y-%m-%d}"
        number = f"X{nth:08d}" if state is ApplicationState.READY else ""
        is_complete = state is not ApplicationState.BIOMETRICS_TAKEN
        yield (
            f"case-{nth}", ids[int(chance.random() * len(ids))], "new", int(priority_class),
            HOLDER, f"person-{nth}", time, time, state.value, 5, time if is_complete else None,
            nth if is_complete else None, day if is_complete else None,
            day if is_complete else None, day, day if is_complete else None, 0, "", number, "", "",
            time,
        )  # fmt: skip


async def promise_planned_dates(file: Path, store: Store, known: Mapping[str, Office]) -> None:
    """Promise everybody the date of the plan, so that a pass finds no change."""
    for office in known.values():
        async with store.read() as records:
            dates = (await plan_office(records, office, MORNING)).collection_dates()
        promised = [(day.isoformat(), case) for case, day in dates.items() if day]
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.executemany(_PROMISE, promised)
