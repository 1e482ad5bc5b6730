"""Two offices over a real database: business time, plans, and what is recorded of their cases."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from issuance.clients.personalisation import Personaliser
from issuance.domain.adjudication_task import AdjudicationTask, TaskState
from issuance.domain.case import Case
from issuance.domain.history import HistoryEntry
from issuance.domain.outage_policy import DEFAULT_POLICY, OutagePolicy
from issuance.domain.outbox import OutboxTask
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.states import ApplicationState
from issuance.domain.validity import ValidityRule
from issuance.domain.wait_explanation import WaitExplanation
from issuance.store.oldest_first import ListPosition
from issuance.store.page_request import PageRequest
from issuance.store.records import Store
from issuance.use_cases.application_details import ApplicationDetails, application_details
from issuance.use_cases.apply_transition import ApplyTransition
from issuance.use_cases.document_numbers import DocumentNumbers
from issuance.use_cases.explain_wait import explain_wait
from issuance.use_cases.lease_tasks import LeaseTasks
from issuance.use_cases.list_stuck import StuckPage, list_stuck
from issuance.use_cases.notify_and_release import NotifyAndRelease
from issuance.use_cases.office_directory import OfficeDirectory
from issuance.use_cases.office_lifecycle import seed_offices
from issuance.use_cases.office_slots import OfficeSlots
from issuance.use_cases.open_items import OpenItem, list_open_items
from issuance.use_cases.outage_lifecycle import OutageLifecycle
from issuance.use_cases.plan_conditions import AS_RECORDED, PlanAssumptions
from issuance.use_cases.plan_office import OfficePlan, plan_office
from issuance.use_cases.service_status import ServiceStatus, service_status

from .answering_neighbours import NoLimits
from .local_time import WITA, banjarmasin
from .offices import a_new_office

EVERYTHING = PageRequest(after=0, size=1000)
VALIDITY = ValidityRule()


class RecordedWorkflow:
    """Offices BJM and JKT, whose machines make `books_per_day` together. policy: of outages."""

    def __init__(
        self, store: Store, books_per_day: int = 162, policy: OutagePolicy = DEFAULT_POLICY
    ) -> None:
        self.store = store
        self.now_is = banjarmasin("2018-10-26 09:00")
        self.books_per_day = books_per_day
        self.offices = OfficeDirectory()
        self._ids = count(1)
        self._serials = count(1)
        self.real_now = datetime(2026, 11, 26, tzinfo=UTC)
        self.numbers = DocumentNumbers(lambda: self.real_now)
        self.follows(policy)

    def follows(self, policy: OutagePolicy) -> None:
        """Use another outage policy, as the service does from its next start on."""
        self.policy = policy
        self.apply_transition = ApplyTransition(
            self.offices, Personaliser("IDN", VALIDITY), self.new_id, VALIDITY, policy
        )
        self.outages = OutageLifecycle(self.offices, self.new_id, policy)

    def now(self) -> datetime:
        """The business time, which stands until a test sets it."""
        return self.now_is

    def clock(self, text: str) -> None:
        """Set the business time: a local time in Banjarmasin."""
        self.now_is = banjarmasin(text)

    @property
    def today(self) -> date:
        """The day in Banjarmasin."""
        return self.now_is.astimezone(WITA).date()

    async def opens(self) -> None:
        """Begin with two offices."""
        new = [a_new_office(id, self.books_per_day) for id in ("BJM", "JKT")]
        async with self.store.begin() as records:
            await seed_offices(records, new, self.now_is)
            await self.offices.refresh(records)

    async def plans(self, store: Store | None = None, office: str = "BJM") -> None:
        """Plan for an office: notify those whose day has changed, release today's books."""
        await NotifyAndRelease(store or self.store, self.apply_transition, VALIDITY)(
            self.offices[office], self.now_is
        )

    async def leases(
        self, kind: OutboxTaskKind, slots: OfficeSlots | None = None
    ) -> list[OutboxTask]:
        """Take all outbox tasks of a kind, under a lease that no test outlives."""
        long = banjarmasin("2099-01-01 00:00") - self.now_is
        async with self.store.begin() as records:
            return await LeaseTasks(kind, slots or NoLimits(), long)(records, 1000, self.now_is)

    async def case(self, id: str) -> Case:
        """The case as it is stored."""
        async with self.store.read() as records:
            return await records.cases.get(id)

    async def state(self, id: str) -> ApplicationState:
        """The state of a case as it is stored."""
        return (await self.case(id)).state

    async def details(self, id: str) -> ApplicationDetails:
        """The case with its clocks, as the office sees it now."""
        async with self.store.read() as records:
            case = await records.cases.get(id)
            return (await application_details(records, self.offices, [case], self.now_is))[0]

    async def explanation(self, id: str) -> WaitExplanation:
        """Why the case waits, as anybody who asks is told now."""
        async with self.store.read() as records:
            case = await records.cases.get(id)
            return (await explain_wait(records, self.offices, case, self.now_is)).explanation

    async def fingers(self, id: str) -> bytes:
        """The fingerprints that are stored of a case."""
        async with self.store.read() as records:
            return await records.fingers.of(id)

    async def history(self, id: str) -> Sequence[HistoryEntry]:
        """The history of a case, oldest event first."""
        async with self.store.read() as records:
            return await records.history.of_case(id)

    async def documents(self, person_id: str) -> list[tuple[str, str]]:
        """Application and status of each document of a person, oldest first."""
        async with self.store.read() as records:
            found = await records.documents.of_person(person_id)
        return [(document.case, document.status.value) for document in found]

    async def office_plan(
        self, office: str = "BJM", assumptions: PlanAssumptions = AS_RECORDED
    ) -> OfficePlan:
        """The office's plan as it is now, or would be under other assumptions."""
        async with self.store.read() as records:
            return await plan_office(records, self.offices[office], self.now_is, assumptions)

    async def notices(self, id: str) -> list[tuple[str, str]]:
        """Kind and promised day of each notice that an applicant was sent."""
        async with self.store.read() as records:
            found = await records.notices.page(EVERYTHING, None, id)
        notices = [record.notice for _, record in found]
        return [(n.kind, n.collect_on.isoformat() if n.collect_on else "") for n in notices]

    async def last_notice(self, id: str) -> tuple[str, str]:
        """Kind and English text, without the reference, of what an applicant was sent last."""
        async with self.store.read() as records:
            found = await records.notices.latest(id)
        assert found is not None
        return found.notice.kind, found.notice.text.en.partition(" Your reference")[0]

    async def tasks(self) -> list[AdjudicationTask]:
        """All adjudication tasks that are open, oldest first."""
        async with self.store.read() as records:
            found = await records.adjudication_tasks.page(
                EVERYTHING, None, [TaskState.OPEN, TaskState.CLAIMED]
            )
        return [task for _, task in found]

    async def open_items(self, **which: Any) -> Sequence[tuple[str, OpenItem]]:
        """Ids and open items, oldest first. which: office, after, size or include_resolved."""
        asked = {"office": None, "after": None, "size": 1000} | which
        async with self.store.read() as records:
            page = await list_open_items(records, self.offices, now=self.now_is, **asked)
        return page.items

    async def status(self) -> ServiceStatus:
        """What GetStatus tells administrators now."""
        async with self.store.read() as records:
            return await service_status(records, self.offices, None, self.now_is, self.now_is)

    async def stuck(
        self, office: str | None = None, after: ListPosition | None = None, size: int = 1000
    ) -> StuckPage:
        """What administrators see of what does not go on by itself."""
        async with self.store.read() as records:
            return await list_stuck(records, self.offices, office, after, size, self.now_is)

    def new_id(self) -> str:
        return f"id-{next(self._ids)}"
