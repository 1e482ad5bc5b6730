"""Offices, closures and worked Saturdays change while the service runs; dates and clocks follow."""

from datetime import date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from issuance.domain.actor import Actor
from issuance.domain.clock_pause import ServiceClock
from issuance.domain.office import Office, OfficeInUse, TooManyOffices, UnknownOffice, WrongOffice
from issuance.domain.office_changes import OfficeChanges
from issuance.domain.outage import OutageScope
from issuance.domain.special_day import (
    SpecialDay,
    SpecialDayDeclared,
    SpecialDayKind,
    SpecialDayNotDeclared,
)
from issuance.domain.states import ApplicationState
from issuance.domain.working_time import BadDate
from issuance.use_cases.application_details import application_details
from issuance.use_cases.notify_and_release import NotifyAndRelease
from issuance.use_cases.office_directory import OfficeDirectory
from issuance.use_cases.office_lifecycle import (
    OfficeLifecycle,
    add_special_day,
    remove_special_day,
    seed_offices,
)
from issuance.workers.office_planner import OfficePlanner
from servicekit.errors import StaleRevision
from servicekit.security.identity import NATIONAL
from servicekit.storage.database import Database

from .offices import a_new_office, an_office
from .people import identity
from .recorded_workflow import VALIDITY
from .workflow import Workflow

CLOSED, WORKED = SpecialDayKind.CLOSED, SpecialDayKind.WORKED
ALL = ""
ANI = identity("ani", "administrator", NATIONAL)
JOKO = identity("joko", "administrator", "BJM")


async def _declares(workflow: Workflow, day: str, kind: SpecialDayKind, office: str) -> None:
    now = workflow.now_is
    special = SpecialDay(office, date.fromisoformat(day), kind, "flood", "ani", now)
    async with workflow.store.begin() as records:
        await add_special_day(records, special, ANI, now)


async def _takes_back(workflow: Workflow, day: str, kind: SpecialDayKind, office: str) -> None:
    async with workflow.store.begin() as records:
        taken = date.fromisoformat(day)
        await remove_special_day(records, office, taken, kind, ANI, workflow.now_is)


async def _puts(
    workflow: Workflow,
    id: str,
    printer: str | None = None,
    most: int = 10,
    by: Actor = ANI,
    **changes: Any,
) -> Office:
    new = {"name": "New", "zone": ZoneInfo("Asia/Makassar"), "machines": 1, "books_per_day": 2}
    async with workflow.store.begin() as records:
        lifecycle = OfficeLifecycle(workflow.outages, most, "ID")
        put = OfficeChanges(id, printer=printer, **(changes or new))
        return await lifecycle.put(records, put, 0, by, workflow.now_is)


async def _removes(workflow: Workflow, office: str, revision: int = 0) -> None:
    async with workflow.store.begin() as records:
        lifecycle = OfficeLifecycle(workflow.outages, 10, "ID")
        await lifecycle.remove(records, office, revision, ANI, workflow.now_is)


async def _refreshes(workflow: Workflow) -> None:
    async with workflow.store.read() as records:
        await workflow.offices.refresh(records)


@pytest.fixture
def planner(workflow: Workflow, database: Database) -> OfficePlanner:
    """Plans for both offices, as every replica does."""
    work = NotifyAndRelease(workflow.store, workflow.apply_transition, VALIDITY)
    return OfficePlanner(workflow.offices, workflow.store, database.try_lock, work, workflow)


async def test_a_closure_of_the_promised_day_is_notified_once(
    workflow: Workflow, planner: OfficePlanner
) -> None:
    id = await workflow.applies()
    await workflow.is_known(id)
    assert await workflow.notices(id) == [("promised_date", "2018-10-31")]
    workflow.clock("2018-10-29 09:00")
    await planner()

    await _declares(workflow, "2018-10-31", CLOSED, "BJM")
    await planner()
    assert await workflow.notices(id) == [
        ("promised_date", "2018-10-31"),
        ("date_changed", "2018-11-01"),
    ]

    # What changes again on the same day is told on the next working day, if it still holds.
    await _declares(workflow, "2018-11-01", CLOSED, ALL)
    await planner()
    assert len(await workflow.notices(id)) == 2
    workflow.clock("2018-10-30 09:00")
    await planner()
    assert (await workflow.notices(id))[2:] == [("date_changed", "2018-11-02")]


async def test_todays_closure_promises_nothing_in_the_past(
    workflow: Workflow, planner: OfficePlanner
) -> None:
    id = await workflow.applies()
    await workflow.is_known(id)
    await workflow.approves(id)
    workflow.clock("2018-10-31 10:00")

    await _declares(workflow, "2018-10-31", CLOSED, "BJM")
    await planner()

    assert await workflow.state(id) is ApplicationState.APPROVED  # no machine runs today
    assert (await workflow.notices(id))[1:] == [("date_changed", "2018-11-01")]


async def test_a_closure_declared_late_changes_the_clock(workflow: Workflow) -> None:
    id = await workflow.applies()  # Friday at nine; the office closes at four
    workflow.clock("2018-10-29 10:00")
    assert (await workflow.details(id)).clock == _hours(9)

    await _declares(workflow, "2018-10-26", CLOSED, "BJM")
    await _refreshes(workflow)
    assert (await workflow.details(id)).clock == _hours(2)

    await _takes_back(workflow, "2018-10-26", CLOSED, "BJM")
    await _refreshes(workflow)
    assert (await workflow.details(id)).clock == _hours(9)


async def test_books_are_printed_on_a_saturday_that_is_worked(
    workflow: Workflow, planner: OfficePlanner
) -> None:
    id = await workflow.is_known(await workflow.applies())
    await workflow.approves(id)
    workflow.clock("2018-10-27 09:00")
    await planner()
    assert await workflow.state(id) is ApplicationState.APPROVED

    await _declares(workflow, "2018-10-27", WORKED, "BJM")
    await planner()

    assert await workflow.state(id) is ApplicationState.PRINTING


async def test_an_offices_own_day_goes_before_that_of_all(workflow: Workflow) -> None:
    saturday = date(2018, 10, 27)
    await _declares(workflow, "2018-10-27", WORKED, ALL)
    await _declares(workflow, "2018-10-27", CLOSED, "JKT")
    await _refreshes(workflow)

    works = [workflow.offices[id].calendar.is_working_day(saturday) for id in ("BJM", "JKT")]

    assert works == [True, False]


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        ("2018-10-28", CLOSED),  # a Sunday
        ("2018-10-29", WORKED),  # a Monday
        ("2017-10-01", CLOSED),
        ("2021-12-01", CLOSED),
    ],
)
async def test_a_day_that_changes_nothing_or_is_far_away_is_refused(
    workflow: Workflow, day: str, kind: SpecialDayKind
) -> None:
    with pytest.raises(BadDate):
        await _declares(workflow, day, kind, "BJM")


async def test_a_day_is_declared_once_and_taken_back_once(workflow: Workflow) -> None:
    await _declares(workflow, "2018-10-29", CLOSED, "BJM")
    with pytest.raises(SpecialDayDeclared):
        await _declares(workflow, "2018-10-29", WORKED, "BJM")
    with pytest.raises(SpecialDayNotDeclared):
        await _takes_back(workflow, "2018-10-29", WORKED, "BJM")
    await _takes_back(workflow, "2018-10-29", CLOSED, "BJM")
    with pytest.raises(SpecialDayNotDeclared):
        await _takes_back(workflow, "2018-10-29", CLOSED, "BJM")


async def test_another_replica_sees_a_new_office_and_plans_for_it(
    workflow: Workflow, database: Database
) -> None:
    other = OfficeDirectory()
    planned: list[str] = []

    class Planned(NotifyAndRelease):
        async def __call__(self, office: object, now: object) -> None:
            planned.append(office.id)  # type: ignore[attr-defined]

    work = Planned(workflow.store, workflow.apply_transition, VALIDITY)
    planner = OfficePlanner(other, workflow.store, database.try_lock, work, workflow)
    await planner()

    await _puts(workflow, "PDG", "printer.pdg:7301")
    await planner()

    assert planned == ["BJM", "JKT", "PDG"]
    assert other.printers() == {"PDG": "printer.pdg:7301"}


async def test_an_office_with_open_applications_stays(workflow: Workflow) -> None:
    id = await workflow.becomes_ready()

    with pytest.raises(OfficeInUse) as refused:
        await _removes(workflow, "BJM")

    assert refused.value.metadata == {"applications": "1", "print_jobs": "0"}
    await workflow.hands_over(id, "dewi")
    await _removes(workflow, "BJM")


async def test_nothing_begins_at_a_removed_office(workflow: Workflow) -> None:
    id = await workflow.applies()
    await workflow.is_known(id)
    await workflow.refuses(id)

    await _removes(workflow, "BJM")

    # Whoever has not heard of it yet is refused by the database.
    assert not workflow.offices["BJM"].is_removed
    with pytest.raises(UnknownOffice):
        await workflow.applies()
    with pytest.raises(UnknownOffice):
        await workflow.appeals(id)
    await _refreshes(workflow)
    assert (await workflow.details(id)).case.state is ApplicationState.REFUSED
    with pytest.raises(UnknownOffice):
        await workflow.declares(OutageScope.PRINTING, "BJM")


async def test_a_removed_office_is_taken_up_again(workflow: Workflow) -> None:
    await _removes(workflow, "BJM", revision=1)
    with pytest.raises(UnknownOffice):
        await _removes(workflow, "BJM")

    await _puts(workflow, "BJM")
    await _refreshes(workflow)

    assert await workflow.state(await workflow.applies()) is ApplicationState.IDENTIFYING
    assert workflow.offices["BJM"].revision == 3
    with pytest.raises(StaleRevision):
        await _removes(workflow, "BJM", revision=2)


async def test_what_is_left_out_stays_as_it_is(workflow: Workflow) -> None:
    await _puts(workflow, "BJM", "printer.bjm:7301", opens=time(7, 30), languages=("en", "id"))

    office = await _puts(workflow, "BJM", by=JOKO, closes=time(15))

    assert office.name == "BJM"
    assert (office.calendar.opens, office.calendar.closes) == (time(7, 30), time(15))
    assert (office.printer, office.languages) == ("printer.bjm:7301", ("en", "id"))
    assert (await _puts(workflow, "BJM", "", closes=time(16))).printer == ""


async def test_a_removed_office_is_taken_up_again_by_a_national_administrator(
    workflow: Workflow,
) -> None:
    await _removes(workflow, "BJM")

    # Whatever another replica still believes of the office, the row decides.
    assert not workflow.offices["BJM"].is_removed
    with pytest.raises(WrongOffice):
        await _puts(workflow, "BJM", by=JOKO)
    with pytest.raises(WrongOffice):
        await _puts(workflow, "PDG", by=JOKO)


async def test_the_outage_of_a_printer_ends_that_nobody_watches_any_more(
    workflow: Workflow,
) -> None:
    now = workflow.now_is
    async with workflow.store.begin() as records:
        await workflow.outages.open_automatic(records, OutageScope.PRINTING, "BJM", now, now)

    await _puts(workflow, "BJM", printer="")

    async with workflow.store.read() as records:
        assert not await records.outages.ongoing()


async def test_an_office_more_than_can_be_called_is_refused(workflow: Workflow) -> None:
    await _puts(workflow, "PDG", "printer.pdg:7301", most=1)

    with pytest.raises(TooManyOffices):
        await _puts(workflow, "MDN", "printer.mdn:7301", most=1)


async def test_settings_fill_an_empty_database_only(workflow: Workflow) -> None:
    async with workflow.store.begin() as records:
        await seed_offices(records, [a_new_office("PDG")], workflow.now_is)
        stored = await records.offices.all()

    assert stored == {id: an_office(id) for id in ("BJM", "JKT")}


def _hours(real: int) -> ServiceClock:
    return ServiceClock(timedelta(hours=real), timedelta(hours=real))


async def test_a_replica_shows_the_first_application_of_an_office_it_had_not_heard_of(
    workflow: Workflow,
) -> None:
    other = OfficeDirectory()
    async with workflow.store.read() as records:
        await other.refresh(records)
    await _puts(workflow, "PDG")
    await _refreshes(workflow)
    case = await workflow.case(await workflow.applies(office="PDG"))

    async with workflow.store.read() as records:
        (details,) = await application_details(records, other, [case], workflow.now_is)

    assert (details.case.office, other["PDG"].name) == ("PDG", "New")
