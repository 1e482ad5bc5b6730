"""Whoever is on the travel-ban list gets a passport only after another supervisor looked at it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from issuance.domain.activity import StoppedByOutage
from issuance.domain.application_type import ApplicationType
from issuance.domain.clock_pause import ServiceClock
from issuance.domain.events import ApplicationEvent
from issuance.domain.folded_name import folded_words
from issuance.domain.outage import OutageScope
from issuance.domain.separation_of_duties import SeparationOfDuties
from issuance.domain.states import ApplicationState
from issuance.domain.transitions import IllegalTransition
from issuance.domain.travel_ban import BannedPerson, NotHeld, TravelBanHeld, TravelBanRegister
from issuance.store.page_request import PageRequest
from issuance.use_cases.notify_and_release import NotifyAndRelease
from issuance.use_cases.travel_bans import TravelBans, clear_travel_ban
from passport.type.v1 import civil_pb2

from .people import identity
from .recorded_workflow import VALIDITY
from .workflow import Workflow

STATE = ApplicationState
SITI = civil_pb2.BiographicData(
    name=civil_pb2.PersonName(primary="Rahman", secondary="Siti"),
    born_on=civil_pb2.CalendarDate(year=1990, month=2, day=28),
    personal_number="63710128029",
).SerializeToString()
BY_NAME = BannedPerson(
    "B-1", names=frozenset({folded_words("SITI RAHMAN")}), born_on=date(1990, 2, 28)
)
BY_NUMBER = BannedPerson("B-2", personal_number="63710128029")


class Bans:
    """A list that the test writes, in place of the file."""

    def __init__(self, workflow: Workflow) -> None:
        self.workflow = workflow
        self.persons: list[BannedPerson] = []
        self.issued_at: datetime | None = datetime(2018, 10, 25, tzinfo=UTC)
        self.checks = TravelBans(self, timedelta(hours=72), workflow.apply_transition)

    async def register(self) -> TravelBanRegister | None:
        return TravelBanRegister(self.issued_at, self.persons) if self.issued_at else None

    async def approves(self, id: str, user: str = "agus") -> None:
        """A supervisor approves, after the check that comes first."""
        await self.check(id)
        await self.workflow.approves(id, user)

    async def hands_over(self, id: str) -> None:
        """An officer hands over, after the check that comes first."""
        await self.check(id)
        await self.workflow.hands_over(id, "dewi")

    async def check(self, id: str) -> None:
        async with self.workflow.store.begin() as records:
            case = await records.cases.get(id)
            await self.checks.hold_if_banned(records, case, self.workflow.now_is)

    async def clears(self, id: str, user: str = "hadi") -> None:
        async with self.workflow.store.begin() as records:
            case, by = await records.cases.get(id), identity(user, "supervisor")
            now, apply = self.workflow.now_is, self.workflow.apply_transition
            await clear_travel_ban(records, case, by, now, "a namesake", apply)

    async def plans(self) -> None:
        flow = self.workflow
        work = NotifyAndRelease(flow.store, flow.apply_transition, VALIDITY, self.checks)
        await work(flow.offices["BJM"], flow.now_is)


@pytest.fixture
def bans(workflow: Workflow) -> Bans:
    return Bans(workflow)


async def test_at_the_approval(workflow: Workflow, bans: Bans) -> None:
    id = await workflow.is_known(await workflow.applies(holder=SITI))
    bans.persons = [BY_NAME]

    with pytest.raises(TravelBanHeld):
        await bans.approves(id)

    details = await workflow.details(id)
    assert details.waiting_on is not None
    assert details.waiting_on.what.en == "a further check by a supervisor"
    last = (await workflow.history(id))[-1]
    assert last.event is ApplicationEvent.HOLD
    assert last.details.reason == "travel-ban list: B-1 (name and day of birth)"
    await bans.clears(id)
    with pytest.raises(SeparationOfDuties):
        await bans.approves(id, "hadi")
    await bans.approves(id, "agus")
    assert await workflow.state(id) is STATE.APPROVED


async def test_an_entry_that_was_cleared_holds_no_more_but_another_does(
    workflow: Workflow, bans: Bans
) -> None:
    id = await workflow.is_known(await workflow.applies(holder=SITI))
    bans.persons = [BY_NAME]
    await bans.check(id)
    await bans.check(id)  # a second time changes nothing
    await bans.clears(id)
    await bans.check(id)
    assert not (await workflow.case(id)).is_held
    with pytest.raises(NotHeld):
        await bans.clears(id)

    bans.persons = [BY_NAME, BY_NUMBER]
    with pytest.raises(TravelBanHeld):
        await bans.approves(id)

    holds = [entry for entry in await workflow.history(id) if entry.event is ApplicationEvent.HOLD]
    assert [entry.details.reason for entry in holds] == [
        "travel-ban list: B-1 (name and day of birth)",
        "travel-ban list: B-2 (personal number)",
    ]


async def test_whoever_took_it_in_does_not_clear_it(workflow: Workflow, bans: Bans) -> None:
    id = await workflow.is_known(await workflow.applies(by={"create": "hadi"}, holder=SITI))
    bans.persons = [BY_NAME]
    await bans.check(id)

    with pytest.raises(SeparationOfDuties):
        await bans.clears(id, "hadi")


async def test_before_the_release_to_the_printer(workflow: Workflow, bans: Bans) -> None:
    id = await workflow.is_known(await workflow.applies(holder=SITI))
    other = await workflow.is_known(await workflow.applies())
    await bans.approves(id)
    await bans.approves(other)
    bans.persons = [BY_NAME]
    workflow.clock("2018-10-29 09:00")

    await bans.plans()

    assert await workflow.state(id) is STATE.AWAITING_APPROVAL
    assert await workflow.state(other) is STATE.PRINTING
    await bans.clears(id)
    await bans.approves(id)
    await bans.plans()
    assert await workflow.state(id) is STATE.PRINTING


async def test_before_the_hand_over(workflow: Workflow, bans: Bans) -> None:
    id = await workflow.becomes_ready(holder=SITI)
    bans.persons = [BY_NUMBER]

    with pytest.raises(TravelBanHeld):
        await bans.hands_over(id)

    assert await workflow.state(id) is STATE.READY
    with pytest.raises(SeparationOfDuties):
        await bans.clears(id, "agus")  # who approved it
    await bans.clears(id)
    await bans.hands_over(id)
    assert await workflow.state(id) is STATE.HANDED_OVER


async def test_by_the_number_of_an_earlier_passport(workflow: Workflow, bans: Bans) -> None:
    id = await workflow.becomes_ready(holder=SITI)
    number = (await workflow.case(id)).document_number
    bans.persons = [BannedPerson("B-3", document_numbers=frozenset({number}))]

    await bans.check(id)

    assert (await workflow.case(id)).travel_ban_hits == ("B-3",)


async def test_by_the_identity_number_of_this_application_or_an_earlier_one(
    workflow: Workflow, bans: Bans
) -> None:
    nik = "6371016802900001"
    bans.persons = [BannedPerson("B-4", identity_numbers=frozenset({nik}))]
    first = await workflow.becomes_ready(holder=SITI, identity_number=nik)
    other = await workflow.becomes_ready(identity_number="6371016802900002")

    await bans.check(other)
    assert not (await workflow.case(other)).is_held
    with pytest.raises(TravelBanHeld):
        await bans.hands_over(first)
    last = (await workflow.history(first))[-1]
    assert last.details.reason == "travel-ban list: B-4 (identity number)"

    await bans.clears(first)
    await bans.hands_over(first)
    person = (await workflow.case(first)).person_id
    renewal = await workflow.applies(type=ApplicationType.RENEWAL, person_id=person, holder=SITI)
    await workflow.is_known(renewal)
    await bans.check(renewal)
    assert (await workflow.case(renewal)).travel_ban_hits == ("B-4",)


async def test_a_refused_book_is_revoked_and_the_applicant_not_told_why(
    workflow: Workflow, bans: Bans
) -> None:
    id = await workflow.becomes_ready(holder=SITI)
    bans.persons = [BY_NUMBER]
    await bans.check(id)

    await workflow.refuses(id, "hadi")

    person = (await workflow.case(id)).person_id
    assert await workflow.documents(person) == [(id, "revoked")]
    async with workflow.store.read() as records:
        notices = await records.notices.page(PageRequest(0, 10), None, id)
    text = notices[-1][1].notice.text.en
    assert text.startswith("Your application was refused: please ask at the office.")
    assert (await workflow.history(id))[-1].details.reason == "not a citizen"
    with pytest.raises(IllegalTransition):
        await workflow.appeals(id, "budi")


async def test_without_a_current_list_approvals_wait(workflow: Workflow, bans: Bans) -> None:
    id = await workflow.is_known(await workflow.applies(holder=SITI))
    assert await bans.checks.is_current(workflow.now_is)
    bans.issued_at = datetime(2018, 10, 22, tzinfo=UTC)
    assert not await bans.checks.is_current(workflow.now_is)
    bans.issued_at = None
    assert not await bans.checks.is_current(workflow.now_is)
    now = workflow.now_is
    async with workflow.store.begin() as records:
        await workflow.outages.open_automatic(records, OutageScope.TRAVEL_BAN_LIST, "", now, now)

    with pytest.raises(StoppedByOutage):
        await bans.approves(id)

    workflow.clock("2018-10-26 14:00")
    hours = timedelta(hours=1)
    assert (await workflow.details(id)).clock == ServiceClock(0 * hours, 5 * hours)
    assert (await workflow.details(id)).date_tentative
    plan = await workflow.office_plan()
    assert plan.collection_dates() == {id: None}


async def test_an_office_without_a_list_checks_nothing(workflow: Workflow) -> None:
    checks = TravelBans(None, timedelta(), workflow.apply_transition)
    id = await workflow.is_known(await workflow.applies(holder=SITI))

    async with workflow.store.begin() as records:
        case = await records.cases.get(id)
        assert await checks.hold_if_banned(records, case, workflow.now_is) == case
    assert await checks.is_current(workflow.now_is)
