"""The use cases over a real database, in business time that the test sets.

No server, no workers, no neighbours: the test says what the matcher and the printer answer.
"""

from collections.abc import Mapping
from datetime import date, datetime
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from issuance.domain.adjudication_referral import Candidate, IdentificationOutcome
from issuance.domain.adjudication_task import AdjudicationTask, TaskState, Verdict
from issuance.domain.application_type import ApplicationType
from issuance.domain.case import Actor, Case
from issuance.domain.collection_plan import PriorityClass
from issuance.domain.office import InstalledMachines
from issuance.domain.outage import Outage, OutageScope
from issuance.domain.outbox import OutboxTask
from issuance.domain.states import ApplicationEvent, ApplicationState, OutboxTaskKind
from issuance.store.page_request import PageRequest
from issuance.store.records import Store
from issuance.use_cases.adjudicate import claim_task, decide_task
from issuance.use_cases.application_details import ApplicationDetails, application_details
from issuance.use_cases.application_steps import approve, hand_over
from issuance.use_cases.apply_transition import ApplyTransition
from issuance.use_cases.create_application import NewApplication, create_application
from issuance.use_cases.identify import Identify
from issuance.use_cases.notify_and_release import NotifyAndRelease
from issuance.use_cases.outage_lifecycle import OutageLifecycle
from issuance.use_cases.plan_office import (
    AS_RECORDED,
    OfficePlan,
    PlanAssumptions,
    plan_office,
)
from issuance.use_cases.ports import JobOutcome, MatcherDecision, PrintJobEvent
from issuance.use_cases.print_capacity import add_new_offices, set_machines
from issuance.use_cases.record_interview import record_interview
from issuance.use_cases.record_print_event import RecordPrintEvent
from issuance.use_cases.service_status import ServiceStatus, service_status
from issuance.use_cases.submit_print_job import SubmitPrintJob

from .offices import an_office

WITA = ZoneInfo("Asia/Makassar")
EVERYTHING = PageRequest(after=0, size=1000)


def banjarmasin(text: str) -> datetime:
    """The instant of a local time in Banjarmasin, as in 2018-10-26 09:00."""
    return datetime.fromisoformat(text).replace(tzinfo=WITA)


def identity(user: str, role: str) -> Actor:
    """Somebody of the Banjarmasin office, as the history names them."""
    return Actor(f"spiffe://ID/office/BJM/user/{user}/role/{role}", role)


class MatcherAnswers:
    """A matcher that gives one answer to everybody; an answer that is an error is raised."""

    def __init__(self, answer: MatcherDecision | Exception) -> None:
        self._answer = answer

    async def enrol(self, task: OutboxTask, person_id: str, fingers: bytes) -> MatcherDecision:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer

    async def set_encounter_status(self, task: OutboxTask) -> None:
        raise AssertionError("no status is set here")


class PrinterTakesJobs:
    """A printer that takes every job under the id that it is given here."""

    def __init__(self, job: str) -> None:
        self._job = job

    def sign_clearance(self, task: OutboxTask, document_number: str) -> str:
        return f"clearance for {document_number}"

    async def create_print_job(self, task: OutboxTask) -> str:
        return self._job


class Workflow:
    """Offices BJM and JKT, whose machines make `books_per_day` together."""

    def __init__(self, store: Store, books_per_day: int = 162) -> None:
        self.store = store
        self.now_is = banjarmasin("2018-10-26 09:00")
        self.offices = {id: an_office(id, books_per_day) for id in ("BJM", "JKT")}
        self._numbers = count(1)
        self.apply_transition = ApplyTransition(self.offices, lambda *_: b"page", self._new_id)
        self.outages = OutageLifecycle(self.offices, self._new_id)

    def now(self) -> datetime:
        """The business time."""
        return self.now_is

    def clock(self, text: str) -> None:
        """Set the business time: a local time in Banjarmasin."""
        self.now_is = banjarmasin(text)

    async def opens(self) -> None:
        """Begin to plan for the offices."""
        async with self.store.begin() as records:
            await add_new_offices(records, list(self.offices.values()), self.now_is)

    # What people do

    async def brings_documents(
        self,
        by: Mapping[str, str] | None = None,
        *,
        office: str = "BJM",
        priority_class: PriorityClass = PriorityClass.NORMAL,
        documents_refused_by: str = "",
    ) -> str:
        """Take an application in, up to the fingerprints. by: the user of each step."""
        users = by or {}
        new = NewApplication(office, ApplicationType.NEW, priority_class, b"holder", "")
        async with self.store.begin() as records:
            officer = identity(users.get("create", "siti"), "officer")
            case = await create_application(records, new, officer, self.now_is, self._new_id)
        if documents_refused_by:
            await self._event(case.id, ApplicationEvent.REFUSE_DOCUMENTS, documents_refused_by)
        await self._event(
            case.id, ApplicationEvent.ACCEPT_DOCUMENTS, users.get("accept_documents", "siti")
        )
        await self._event(
            case.id, ApplicationEvent.RECORD_PAYMENT, users.get("record_payment", "siti")
        )
        await self.gives_fingers(case.id, users.get("submit_biometrics", "siti"))
        return case.id

    async def applies(self, by: Mapping[str, str] | None = None, **application: Any) -> str:
        """Take an application in and hold the interview: it is complete. by: as above."""
        id = await self.brings_documents(by, **application)
        return await self.is_interviewed(id, (by or {}).get("record_interview", "siti"))

    async def is_interviewed(self, id: str, user: str = "siti") -> str:
        """Record the interview: the application is complete."""
        async with self.store.begin() as records:
            case = await records.cases.get(id)
            officer = identity(user, "officer")
            await record_interview(
                records, case, officer, self.now_is, "", self.offices, self.apply_transition
            )
        return id

    async def gives_fingers(self, id: str, user: str = "siti") -> None:
        """Take fingerprints; they are stored until the matcher has them."""
        await self._event(id, ApplicationEvent.SUBMIT_BIOMETRICS, user)
        async with self.store.begin() as records:
            await records.cases.store_fingers(id, b"fingers")

    async def approves(self, id: str) -> str:
        """Approve an application that is identified."""
        async with self.store.begin() as records:
            case = await records.cases.get(id)
            await approve(
                records, case, identity("agus", "supervisor"), self.now_is, self.apply_transition
            )
        return id

    async def withdraws(self, id: str) -> None:
        """Withdraw an application."""
        await self._event(id, ApplicationEvent.WITHDRAW, "siti")

    async def hands_over(self, id: str) -> None:
        """Hand the passport over."""
        async with self.store.begin() as records:
            case = await records.cases.get(id)
            officer = identity("siti", "officer")
            await hand_over(records, case, officer, self.now_is, "Siti", self.apply_transition)

    async def claims(self, task: str, user: str) -> AdjudicationTask:
        """An examiner claims an adjudication task."""
        async with self.store.begin() as records:
            return await claim_task(records, task, identity(user, "examiner"), self.now_is)

    async def examines(self, task: str, user: str, verdict: Verdict) -> AdjudicationTask:
        """An examiner claims an adjudication task and gives a verdict."""
        await self.claims(task, user)
        async with self.store.begin() as records:
            by = identity(user, "examiner")
            return await decide_task(
                records, task, verdict, "seen", by, self.now_is, self.apply_transition
            )

    # What neighbours do

    async def is_identified(self, *candidates: Candidate) -> None:
        """The matcher finds these candidates, if any, for everybody who waits for it."""
        outcome = IdentificationOutcome.HIT if candidates else IdentificationOutcome.NO_HIT
        await self.matcher_answers(
            MatcherDecision("decision", outcome, candidates, "calibration-1")
        )

    async def matcher_answers(self, answer: MatcherDecision | Exception) -> None:
        """The matcher gives this answer about everybody who waits for it."""
        matcher = MatcherAnswers(answer)
        attempt = Identify(self.store, matcher, self.apply_transition, self, self._new_id)
        for task in await self.leases(OutboxTaskKind.IDENTIFY):
            await attempt(task)

    async def job_is_done(self, id: str) -> None:
        """The printer takes the job of a released case and makes a good book."""
        await self._job_ends(id, JobOutcome.DONE)

    async def job_is_given_up(self, id: str) -> None:
        """The printer takes the job of a released case and gives it up for good."""
        await self._job_ends(id, JobOutcome.GIVEN_UP)

    async def job_is_taken(self, id: str, job: str = "") -> str:
        """The printer takes the job of a released case; the job's id."""
        printer = PrinterTakesJobs(job or f"job of {id}")
        attempt = SubmitPrintJob(self.store, printer, printer.sign_clearance, self._new_id)
        for task in await self.leases(OutboxTaskKind.PRINT):
            if task.case == id:
                await attempt(task)
        return (await self.case(id)).print_job

    async def _job_ends(self, id: str, outcome: JobOutcome) -> None:
        event = PrintJobEvent("token", await self.job_is_taken(id), id, outcome, "B0000001")
        await RecordPrintEvent(self.store, self.apply_transition, self)("BJM", event)

    async def declares(
        self, scope: OutageScope, office: str = "", *, began: str = "", expected_end: str = ""
    ) -> str:
        """An administrator declares an outage, now or since a local time; its id."""
        outage = Outage(
            scope=scope,
            office=office,
            cause="test",
            began=banjarmasin(began) if began else self.now_is,
            expected_end=banjarmasin(expected_end) if expected_end else None,
            declared_by="ani",
        )
        async with self.store.begin() as records:
            return (await self.outages.declare(records, outage, self.now_is)).id

    async def sets_machines(self, count: int, since: str = "") -> None:
        """A supervisor says how many machines print in Banjarmasin from a day on, or from today."""
        day = date.fromisoformat(since) if since else self.now_is.date()
        machines = InstalledMachines(
            day, count, self.offices["BJM"].initial_books_per_machine_per_day
        )
        async with self.store.begin() as records:
            await set_machines(records, self.offices["BJM"], machines, self.now_is)

    async def ends(self, outage: str) -> None:
        """An administrator says that the outage is over now."""
        async with self.store.begin() as records:
            await self.outages.end(records, outage, self.now_is, self.now_is)

    # What issuance does

    async def plans(self, store: Store | None = None, office: str = "BJM") -> None:
        """Plan for an office: notify those whose day has changed, release today's books."""
        await NotifyAndRelease(store or self.store, self.apply_transition)(
            self.offices[office], self.now_is
        )

    async def leases(self, kind: OutboxTaskKind) -> list[OutboxTask]:
        """Take all outbox tasks of a kind, under a lease that no test outlives."""
        async with self.store.begin() as records:
            return list(
                await records.outbox.lease(
                    [kind], 1000, [], self.now_is, banjarmasin("2099-01-01 00:00")
                )
            )

    # What can be seen

    async def case(self, id: str) -> Case:
        """The case as it is stored."""
        async with self.store.read() as records:
            return await records.cases.get(id)

    async def state(self, id: str) -> ApplicationState:
        """Its state."""
        return (await self.case(id)).state

    async def details(self, id: str) -> ApplicationDetails:
        """The case with its clocks, as the office sees it now."""
        async with self.store.read() as records:
            case = await records.cases.get(id)
            return (await application_details(records, self.offices, [case], self.now_is))[0]

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

    async def tasks(self) -> list[AdjudicationTask]:
        """All adjudication tasks that are open, oldest first."""
        async with self.store.read() as records:
            found = await records.adjudication_tasks.page(
                EVERYTHING, None, [TaskState.OPEN, TaskState.CLAIMED]
            )
        return [task for _, task in found]

    async def status(self) -> ServiceStatus:
        """What administrators see."""
        async with self.store.read() as records:
            return await service_status(records, self.now_is)

    async def _event(self, id: str, event: ApplicationEvent, user: str) -> None:
        async with self.store.begin() as records:
            case = await records.cases.get(id)
            await self.apply_transition(
                records, case, event, identity(user, "officer"), self.now_is
            )

    def _new_id(self) -> str:
        return f"id-{next(self._numbers)}"
