"""A plan that moves hundreds of people notifies them in small transactions, each once."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import pytest_asyncio
from issuance.domain.application_type import ApplicationType
from issuance.domain.case import Case
from issuance.domain.collection_plan import PriorityClass
from issuance.domain.notices import NoticeKind
from issuance.domain.office import Office
from issuance.domain.states import ApplicationState
from issuance.domain.validity import ValidityRule
from issuance.store.page_request import PageRequest
from issuance.store.records import Records, Store
from issuance.use_cases.apply_transition import ApplyTransition
from issuance.use_cases.notify_and_release import NOTICES_PER_TRANSACTION, NotifyAndRelease
from issuance.use_cases.office_directory import OfficeDirectory
from issuance.use_cases.office_lifecycle import seed_offices
from issuance.workers.office_planner import OfficePlanner
from servicekit.storage.database import Database

from .offices import a_new_office, an_office

VALIDITY = ValidityRule()
PEOPLE = 2 * NOTICES_PER_TRANSACTION + 50
APPLIED = datetime(2018, 10, 26, 1, tzinfo=UTC)
NOW = datetime(2018, 11, 5, 1, tzinfo=UTC)
EVERYBODY = PageRequest(0, 10 * PEOPLE)


OFFICES = {id: an_office(id) for id in ("BJM", "JKT")}


class PowerCut(Exception):
    """The transaction fails before its commit."""


class StoreWithPowerCuts(Store):
    """Fails in one of its write transactions, counted from 0; None: never."""

    fails: int | None = None

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Records]:
        async with super().begin() as records:
            yield records
            if self.fails is not None:
                self.fails -= 1
                if self.fails < 0:
                    raise PowerCut


class FixedClock:
    """A clock that stands still."""

    def now(self) -> datetime:
        return NOW


@pytest_asyncio.fixture
async def store(database: Database) -> StoreWithPowerCuts:
    """People whose promised day, 31 October, has passed at one office."""
    store = StoreWithPowerCuts(database, "one")
    async with store.begin() as records:
        await seed_offices(records, [a_new_office(id) for id in OFFICES], APPLIED)
        for place in range(PEOPLE):
            await records.cases.add(_waiting(f"case-{place}", place + 1))
    return store


def _waiting(id: str, place: int) -> Case:
    day, due = date(2018, 10, 26), date(2018, 10, 31)
    return Case(
        id=id,
        office="BJM",
        type=ApplicationType.NEW,
        priority_class=PriorityClass.NORMAL,
        holder=b"",
        person_id=id,
        created_at=APPLIED,
        state_since=APPLIED,
        state=ApplicationState.AWAITING_APPROVAL,
        completed_at=APPLIED,
        queue_number=place,
        applied_on=day,
        due_on=due,
        first_promised_collection_date=due,
        promised_collection_date=due,
    )


def transitions() -> ApplyTransition:
    return ApplyTransition(OfficeDirectory(), lambda *_: b"", lambda: "unused", VALIDITY)


def promises(store: Store) -> NotifyAndRelease:
    return NotifyAndRelease(
        store,
        ApplyTransition(OfficeDirectory(), lambda *_: b"", lambda: "unused", VALIDITY),
        VALIDITY,
    )


async def notified(store: Store) -> Counter[str]:
    """Return how often each applicant was notified that the day cannot be kept."""
    async with store.read() as records:
        notices = await records.notices.page(EVERYBODY, "BJM", None)
    assert {record.notice.kind for _, record in notices} <= {NoticeKind.DELAYED}
    return Counter(record.notice.application for _, record in notices)


@pytest.mark.parametrize("fails", [0, 1, 2, 3])
async def test_nobody_is_notified_twice_after_a_power_cut(
    store: StoreWithPowerCuts, fails: int
) -> None:
    store.fails = fails
    with pytest.raises(PowerCut):
        await promises(store)(OFFICES["BJM"], NOW)
    assert sum((await notified(store)).values()) == min(fails * NOTICES_PER_TRANSACTION, PEOPLE)

    store.fails = None
    await promises(store)(OFFICES["BJM"], NOW)

    everybody = await notified(store)
    assert len(everybody) == PEOPLE
    assert set(everybody.values()) == {1}


async def test_nobody_is_notified_of_a_book_they_no_longer_want(
    store: StoreWithPowerCuts, database: Database
) -> None:
    withdrawn = "case-7"

    class Meanwhile(StoreWithPowerCuts):
        @asynccontextmanager
        async def read(self) -> AsyncIterator[Records]:
            async with super().read() as records:
                yield records
            await _withdraw(store, withdrawn)

    await promises(Meanwhile(database, "one"))(OFFICES["BJM"], NOW)

    everybody = await notified(store)
    assert len(everybody) == PEOPLE - 1
    assert withdrawn not in everybody


async def _withdraw(store: Store, id: str) -> None:
    async with store.begin() as records:
        case = await records.cases.get(id)
        await records.cases.save(
            replace(case, state=ApplicationState.WITHDRAWN, revision=case.revision + 1)
        )


async def test_trouble_at_one_office_keeps_no_other_from_its_plan(
    store: StoreWithPowerCuts, database: Database
) -> None:
    planned: list[str] = []

    class Troubled(NotifyAndRelease):
        async def __call__(self, office: Office, now: datetime) -> None:
            planned.append(office.id)
            if planned == ["BJM"]:
                raise PowerCut

    keep = Troubled(
        store,
        ApplyTransition(OfficeDirectory(), lambda *_: b"", lambda: "unused", VALIDITY),
        VALIDITY,
    )
    planner = OfficePlanner(OfficeDirectory(), store, database.try_lock, keep, FixedClock())
    for _ in range(3):
        await planner()

    assert planned == ["BJM", "JKT", "BJM"]
