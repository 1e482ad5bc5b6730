"""The use cases over a real database, in business time that the test sets.

No server, no workers, no neighbours: the test says what the matcher and the printer answer.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import fields
from datetime import UTC, date, datetime
from fractions import Fraction
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from issuance.domain.actor import Actor
from issuance.domain.adjudication_referral import Candidate, IdentificationOutcome
from issuance.domain.adjudication_task import AdjudicationTask, TaskState, Verdict
from issuance.domain.application_type import ApplicationType
from issuance.domain.case import Case
from issuance.domain.collection_plan import PriorityClass
from issuance.domain.contact import NO_CONTACT, Contact
from issuance.domain.document import Document, DocumentStatus
from issuance.domain.encounter_change import EncounterChange, EncounterStatus, decode_changes
from issuance.domain.events import ApplicationEvent
from issuance.domain.fingers import FingerSubmission
from issuance.domain.history import HistoryEntry
from issuance.domain.office import InstalledMachines
from issuance.domain.open_item import ResolutionReason, ResolvedItem
from issuance.domain.outage import Outage, OutageCorrection, OutageScope
from issuance.domain.outage_policy import DEFAULT_POLICY, OutagePolicy
from issuance.domain.outbox import OutboxTask
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.payment import OpenPayment, ReportedPayment
from issuance.domain.print_failure import PrintFailure
from issuance.domain.print_job_event import JobOutcome, PrintJobEvent
from issuance.domain.replacement import LossFinding, LossPapers
from issuance.domain.states import ApplicationState
from issuance.domain.tariff import Fee
from issuance.domain.validity import ValidityRule
from issuance.domain.verification import Verification
from issuance.domain.wait_explanation import WaitExplanation
from issuance.serialization import calendar_date
from issuance.store.oldest_first import ListPosition
from issuance.store.open_item_records import LOST_ENROLMENT
from issuance.store.page_request import PageRequest
from issuance.store.records import Records, Store
from issuance.store.tables import outbox
from issuance.store.unrecorded_print_events import UnrecordedPrintEvent
from issuance.use_cases.accept_documents import (
    ShownDocuments,
    accept_documents,
    accept_force_majeure,
)
from issuance.use_cases.adjudicate import claim_task, decide_task
from issuance.use_cases.appeal import appeal
from issuance.use_cases.application_details import ApplicationDetails, application_details
from issuance.use_cases.application_steps import (
    Correction,
    approve,
    correct_data,
    hand_over,
    refuse,
    submit_portrait,
    withdraw,
)
from issuance.use_cases.apply_transition import ApplyTransition
from issuance.use_cases.compare_with_matcher import CompareWithMatcher
from issuance.use_cases.create_application import NewApplication, create_application
from issuance.use_cases.document_numbers import DocumentNumbers
from issuance.use_cases.documents import report_missing
from issuance.use_cases.explain_wait import explain_wait
from issuance.use_cases.identify import Identify
from issuance.use_cases.lease_tasks import LeaseTasks
from issuance.use_cases.list_stuck import StuckPage, list_stuck
from issuance.use_cases.notify_and_release import NotifyAndRelease
from issuance.use_cases.office_directory import OfficeDirectory
from issuance.use_cases.office_lifecycle import seed_offices
from issuance.use_cases.office_slots import OfficeSlots, VerificationSlots
from issuance.use_cases.open_items import OpenItem, list_open_items, resolve_open_item
from issuance.use_cases.outage_lifecycle import OutageLifecycle
from issuance.use_cases.plan_conditions import AS_RECORDED, PlanAssumptions
from issuance.use_cases.plan_office import OfficePlan, plan_office
from issuance.use_cases.ports import MatcherDecision, MatcherMemory, Printer, Unavailable
from issuance.use_cases.print_capacity import set_machines
from issuance.use_cases.reconcile_payments import Reconciliation, reconcile_payments
from issuance.use_cases.reconcile_print_jobs import ReconcilePrintJobs
from issuance.use_cases.record_interview import Interview, record_interview
from issuance.use_cases.record_payment import record_payment
from issuance.use_cases.record_print_event import RecordPrintEvent
from issuance.use_cases.record_print_failure import record_print_failure
from issuance.use_cases.retake_biometrics import retake_biometrics
from issuance.use_cases.service_status import ServiceStatus, service_status
from issuance.use_cases.set_encounter_status import SetEncounterStatus
from issuance.use_cases.submit_print_job import SubmitPrintJob
from issuance.use_cases.verify import Verify
from issuance.use_cases.without_fingerprints import establish_identity, submit_fingers
from passport.type.v1.civil_pb2 import BiographicData
from sqlalchemy import select

from .offices import a_new_office

WITA = ZoneInfo("Asia/Makassar")
EVERYTHING = PageRequest(after=0, size=1000)
VALIDITY = ValidityRule()
STRONG_SCORE = 8.0
CANCELLED = PrintFailure("JOB_CANCELLED", "", "the machine is moved")


def a_holder(born_on: str, birth_place: str = "Martapura") -> bytes:
    """The data to be printed of somebody born on a day, as in 1990-02-28."""
    day = calendar_date(date.fromisoformat(born_on))
    return BiographicData(birth_place=birth_place, born_on=day).SerializeToString()


HOLDER = a_holder("1990-02-28")


def banjarmasin(text: str) -> datetime:
    """The instant of a local time in Banjarmasin, as in 2018-10-26 09:00."""
    return datetime.fromisoformat(text).replace(tzinfo=WITA)


def identity(user: str, role: str, office: str = "BJM") -> Actor:
    """Somebody of an office, as the history names them."""
    return Actor(f"spiffe://ID/office/{office}/user/{user}/role/{role}", role, office=office)


async def nothing() -> None:
    """Do nothing."""


class MatcherAnswers:
    """A matcher that gives one answer to everybody; an answer that is an error is raised."""

    def __init__(
        self,
        answer: MatcherDecision | Exception,
        meanwhile: Callable[[], Awaitable[None]] = nothing,
    ) -> None:
        self._answer = answer
        self._meanwhile = meanwhile

    async def enrol(self, task: OutboxTask, person_id: str, fingers: bytes) -> MatcherDecision:
        await self._meanwhile()
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer

    async def set_encounter_status(self, task: OutboxTask) -> None:
        raise AssertionError("no status is set here")


class MatcherSetsStatuses:
    """A matcher that does whatever it is asked about statuses."""

    async def enrol(self, task: OutboxTask, person_id: str, fingers: bytes) -> MatcherDecision:
        raise AssertionError("nobody is enrolled here")

    async def set_encounter_status(self, task: OutboxTask) -> None:
        pass


class MatcherVerifies:
    """A matcher that can only verify. asked: person on record in each call."""

    def __init__(self, verification: Verification) -> None:
        self._verification = verification
        self.asked: list[str] = []

    async def verify(self, task: OutboxTask, person_id: str, fingers: bytes) -> Verification:
        assert fingers == b"fingers"
        self.asked.append(person_id)
        return self._verification


class NoLimits:
    """Slots without an end, whatever outage there is."""

    async def free(
        self, records: Records, offices: Collection[str], now: datetime
    ) -> Mapping[str, int]:
        return dict.fromkeys(offices, 1000)

    async def is_out(self, records: Records, office: str, now: datetime) -> bool:
        return False


class PrinterWithoutJobs:
    """A printer that has no job that anybody asks about."""

    async def get_print_job(self, office: str, job: str) -> PrintJobEvent | None:
        return None

    async def cancel_print_job(self, office: str, job: str, reason: str) -> bool:
        raise AssertionError("nothing is cancelled here")


class PrinterTakesJobs(PrinterWithoutJobs):
    """A printer that takes every job under the id that it is given here."""

    def __init__(self, job: str) -> None:
        self._job = job

    def sign_clearance(
        self,
        task: OutboxTask,
        document_number: str,
        *,
        is_repeated: bool,
        identified_by: str,
    ) -> str:
        return f"clearance for {document_number}"

    async def create_print_job(self, task: OutboxTask) -> str:
        return self._job


class Workflow:
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
        self.policy = policy
        self.apply_transition = ApplyTransition(
            self.offices, lambda *_: b"page", self.new_id, VALIDITY, policy
        )
        self.outages = OutageLifecycle(self.offices, self.new_id, policy)

    def now(self) -> datetime:
        """The business time."""
        return self.now_is

    def clock(self, text: str) -> None:
        """Set the business time: a local time in Banjarmasin."""
        self.now_is = banjarmasin(text)

    async def opens(self) -> None:
        """Begin with two offices."""
        new = [a_new_office(id, self.books_per_day) for id in ("BJM", "JKT")]
        async with self.store.begin() as records:
            await seed_offices(records, new, self.now_is)
            await self.offices.refresh(records)

    # What people do

    async def brings_documents(
        self,
        by: Mapping[str, str] | None = None,
        *,
        office: str = "BJM",
        priority_class: PriorityClass = PriorityClass.NORMAL,
        documents_refused_by: str = "",
        photographed: bool = True,
        receipt: str = "",
        type: ApplicationType = ApplicationType.NEW,
        holder: bytes = HOLDER,
        person_id: str = "",
        document_number: str = "",
        shown: ShownDocuments | None = None,
        fingers: FingerSubmission | None = None,
        fee: Fee | None = None,
        contact: Contact = NO_CONTACT,
        language: str = "",
    ) -> str:
        """Take an application in, up to the fingerprints. by: the user of each step."""
        users = by or {}
        new = NewApplication(
            office, type, priority_class, holder, person_id, document_number, fee, contact, language
        )
        id = await self.takes_in(new, users.get("create", "siti"))
        if documents_refused_by:
            await self._event(id, ApplicationEvent.REFUSE_DOCUMENTS, documents_refused_by)
        await self.documents_are_accepted(id, shown, users.get("accept_documents", "siti"))
        receipt = receipt or f"receipt of {id}"
        amount = fee.total if fee else None
        await self.pays(id, receipt, users.get("record_payment", "siti"), amount)
        if photographed:
            await self.is_photographed(id, users.get("submit_portrait", "siti"))
        if fingers:
            await self.shows_fingers(id, fingers)
        else:
            await self.gives_fingers(id, users.get("submit_biometrics", "siti"))
        return id

    async def takes_in(self, new: NewApplication, user: str = "siti") -> str:
        """Take an application in, and nothing else."""
        async with self.store.begin() as records:
            by = identity(user, "officer")
            return (await create_application(records, new, by, self.now_is, self.new_id)).id

    async def applies(self, by: Mapping[str, str] | None = None, **application: Any) -> str:
        """Take an application in and hold the interview: it is complete. by: as above."""
        id = await self.brings_documents(by, **application)
        return await self.is_interviewed(id, (by or {}).get("record_interview", "siti"))

    async def documents_are_accepted(
        self, id: str, shown: ShownDocuments | None = None, user: str = "siti"
    ) -> None:
        """Accept the documents. shown: what a loss or damage needs when not given."""
        async with self.store.begin() as records:
            case = await records.cases.get(id)
            valid = await records.documents.valid_of(case.person_id)
            papers = LossPapers("LP/12/X/2018", valid.number if valid else "A1234567")
            await accept_documents(
                records, case, identity(user, "officer"), self.now_is,
                shown or ShownDocuments(loss_papers=papers),
                self.today, VALIDITY, self.apply_transition,
            )  # fmt: skip

    async def accepts_force_majeure(self, id: str, user: str = "agus") -> None:
        """A supervisor accepts that a flood took the passport."""
        async with self.store.begin() as records:
            case = await records.cases.get(id)
            by = identity(user, "supervisor")
            await accept_force_majeure(
                records, case, by, self.now_is, "flood of Martapura", self.apply_transition
            )

    @property
    def today(self) -> date:
        """The day in Banjarmasin."""
        return self.now_is.astimezone(WITA).date()

    async def pays(
        self, id: str, receipt: str, user: str = "siti", amount: int | None = None
    ) -> None:
        """Record the payment of the fee."""
        async with self.store.begin() as records:
            case = await records.cases.get(id)
            officer = identity(user, "officer")
            await record_payment(
                records, case, officer, self.now_is, receipt, amount, self.apply_transition
            )

    async def is_interviewed(
        self, id: str, user: str = "siti", interview: Interview | None = None
    ) -> str:
        """Record the interview, which completes the application; losses were accidents."""
        async with self.store.begin() as records:
            case = await records.cases.get(id)
            officer = identity(user, "officer")
            lost = case.type is ApplicationType.REPLACEMENT_LOST
            found = interview or Interview(loss_finding=LossFinding.ACCIDENT if lost else None)
            await record_interview(
                records, case, officer, self.now_is, found,
                self.offices, VALIDITY, self.apply_transition,
            )  # fmt: skip
        return id

    async def gives_fingers(self, id: str, user: str = "siti") -> None:
        """Take fingerprints; they are stored until the matcher has them."""
        await self._event(id, ApplicationEvent.SUBMIT_BIOMETRICS, user)
        async with self.store.begin() as records:
            await records.cases.store_fingers(id, b"fingers")

    async def shows_fingers(
        self, id: str, submission: FingerSubmission, user: str = "siti"
    ) -> None:
        """Submit what could be captured, and why not the rest."""
        async with self.store.begin() as records:
            case = await records.cases.get(id)
            by = identity(user, "officer")
            await submit_fingers(
                records, case, by, self.now_is, submission, self.today, self.apply_transition
            )

    async def establishes_identity(self, id: str, user: str = "agus") -> str:
        """A supervisor decides who an applicant without fingerprints is."""
        async with self.store.begin() as records:
            case = await records.cases.get(id)
            by = identity(user, "supervisor")
            await establish_identity(
                records, case, by, self.now_is, "as in the family card", self.apply_transition
            )
        return id

    async def is_reported(self, *payments: ReportedPayment, until: str = "") -> Reconciliation:
        """The bank reports payments; until: the local time until which these are all."""
        async with self.store.begin() as records:
            by = identity("ani", "administrator")
            complete = banjarmasin(until) if until else None
            return await reconcile_payments(records, payments, complete, by, self.now_is)

    async def open_payments(self, office: str | None = None) -> list[tuple[str, str]]:
        """Receipt and difference of each payment that is an open item."""
        found = await self.open_items(office=office)
        payments = [item for _, item in found if isinstance(item, OpenPayment)]
        return [(item.payment.receipt, item.difference.value) for item in payments]

    async def settles_payment(self, by: Actor) -> None:
        """Somebody settles the one payment that is an open item: its money was given back."""
        (id,) = [id for id, item in await self.open_items() if isinstance(item, OpenPayment)]
        async with self.store.begin() as records:
            reason = ResolutionReason.MONEY_RETURNED
            await resolve_open_item(records, id, reason, "by transfer", by, self.now_is)

    async def is_photographed(
        self, id: str, user: str = "siti", jpeg: bytes = b"photo", by: Actor | None = None
    ) -> None:
        """Submit a photo; it is the portrait from then on. by: in place of the user."""
        async with self.store.begin() as records:
            case = await records.cases.get(id)
            officer = by or identity(user, "officer")
            await submit_portrait(records, case, officer, self.now_is, jpeg, self.apply_transition)

    async def approves(
        self, id: str, user: str = "agus", reason: str = "", by: Actor | None = None
    ) -> str:
        """Approve an application. by: in place of the user."""
        async with self.store.begin() as records:
            case = await records.cases.get(id)
            by = by or identity(user, "supervisor")
            await approve(
                records, case, by, self.now_is, self.numbers, self.apply_transition, reason
            )
        return id

    async def becomes_ready(self, reason: str = "", **application: Any) -> str:
        """Take an application from the counter to its finished book. reason: of the approval."""
        id = await self.is_known(await self.applies(**application))
        await self.approves(id, reason=reason)
        await self.plans()
        await self.job_is_done(id)
        return id

    async def corrects(self, id: str, holder: bytes, by: Actor, **family: Any) -> None:
        """Correct the data to be printed."""
        async with self.store.begin() as records:
            case = await records.cases.get(id)
            await correct_data(
                records,
                case,
                by,
                self.now_is,
                Correction(holder, **family),
                "typing error",
                self.today,
                VALIDITY,
                self.apply_transition,
            )

    async def is_known(self, id: str) -> str:
        """The matcher finds the applicant's own record if they claim one, and nobody else."""
        case = await self.case(id)
        found = [Candidate(case.person_id, 12.0)] if case.type.claims_record else []
        await self.is_identified(*found)
        return id

    async def reports_lost(
        self, number: str, status: DocumentStatus = DocumentStatus.LOST
    ) -> Document:
        """Report that a document is lost or stolen."""
        async with self.store.begin() as records:
            by = identity("siti", "officer")
            return await report_missing(records, number, status, by, self.now_is, "on the bus")

    async def documents(self, person_id: str) -> list[tuple[str, str]]:
        """Application and status of each document of a person, oldest first."""
        async with self.store.read() as records:
            found = await records.documents.of_person(person_id)
        return [(document.case, document.status.value) for document in found]

    async def withdraws(self, id: str, by: Actor | None = None) -> None:
        """Withdraw an application."""
        async with self.store.begin() as records:
            case = await records.cases.get(id)
            by = by or identity("siti", "officer")
            await withdraw(records, case, by, self.now_is, self.apply_transition, "moves abroad")

    async def refuses(self, id: str, user: str = "agus") -> None:
        """Refuse an application."""
        async with self.store.begin() as records:
            case = await records.cases.get(id)
            by = identity(user, "supervisor")
            await refuse(records, case, by, self.now_is, "not a citizen", self.apply_transition)

    async def appeals(self, id: str, user: str = "hadi") -> None:
        """Reopen a refused application."""
        async with self.store.begin() as records:
            case = await records.cases.get(id)
            by = identity(user, "supervisor")
            await appeal(
                records, case, by, self.now_is, "birth certificate found",
                self.offices, self.apply_transition, self.new_id,
            )  # fmt: skip

    async def retakes_biometrics(self, id: str, by: Actor) -> None:
        """Have the fingerprints taken again."""
        async with self.store.begin() as records:
            case = await records.cases.get(id)
            await retake_biometrics(
                records, case, by, self.now_is, "smudged", self.apply_transition
            )

    async def encounter_changes(self, id: str) -> list[EncounterChange]:
        """What the matcher is still to be asked about the encounters of a case."""
        statement = select(outbox.c.payload).where(
            outbox.c.case == id, outbox.c.kind == OutboxTaskKind.SET_ENCOUNTER_STATUS
        )
        async with self.store.read() as records:
            payloads = list(await records.connection.scalars(statement))
        return [each for payload in payloads for each in decode_changes(payload, id)]

    async def hands_over(self, id: str, user: str = "siti") -> None:
        """Hand the passport over."""
        async with self.store.begin() as records:
            case = await records.cases.get(id)
            officer = identity(user, "officer")
            await hand_over(records, case, officer, self.now_is, "Siti", self.apply_transition)

    async def claims(self, task: str, user: str) -> AdjudicationTask:
        """An examiner claims an adjudication task."""
        async with self.store.begin() as records:
            return await claim_task(records, task, identity(user, "examiner"), self.now_is)

    async def examines(
        self, task: str, user: str, verdict: Verdict, person_id: str = ""
    ) -> AdjudicationTask:
        """An examiner claims an adjudication task and gives a verdict."""
        await self.claims(task, user)
        async with self.store.begin() as records:
            by = identity(user, "examiner")
            return await decide_task(
                records, task, verdict, "seen", by, self.now_is, self.apply_transition, person_id
            )

    # What neighbours do

    async def is_identified(
        self, *candidates: Candidate, meanwhile: Callable[[], Awaitable[None]] = nothing
    ) -> None:
        """The matcher finds these candidates, if any, for everybody who waits for it.

        meanwhile: what happens while it is asked.
        """
        outcome = IdentificationOutcome.HIT if candidates else IdentificationOutcome.NO_HIT
        await self.matcher_answers(
            MatcherDecision("decision", outcome, candidates, "calibration-1"), meanwhile
        )

    async def matcher_answers(
        self,
        answer: MatcherDecision | Exception,
        meanwhile: Callable[[], Awaitable[None]] = nothing,
    ) -> None:
        """The matcher gives this answer about everybody who waits for it."""
        matcher = MatcherAnswers(answer, meanwhile)
        attempt = Identify(
            self.store, matcher, self.apply_transition, self, self.new_id, STRONG_SCORE
        )
        for task in await self.leases(OutboxTaskKind.IDENTIFY):
            await attempt(task)

    async def is_verified(self, *, matches: bool = True) -> list[str]:
        """The matcher compares those who may go on so; the persons on record that it looked at."""
        matcher = MatcherVerifies(Verification(matches, "verification"))
        attempt = Verify(self.store, matcher, self.policy, self.apply_transition, self)
        for task in await self.leases(OutboxTaskKind.VERIFY, VerificationSlots(self.policy)):
            await attempt(task)
        return matcher.asked

    async def verifies_late(self, task: OutboxTask) -> None:
        """The matcher verifies somebody, in an attempt that began before."""
        matcher = MatcherVerifies(Verification(matches=True, decision_id="verification"))
        await Verify(self.store, matcher, self.policy, self.apply_transition, self)(task)

    async def is_known_alone(self, id: str, *others: Candidate) -> None:
        """The matcher finds the own record of this applicant, and these others."""
        own = Candidate((await self.case(id)).person_id, 14.0)
        answer = MatcherDecision(
            "decision", IdentificationOutcome.HIT, (own, *others), "calibration-1"
        )
        attempt = Identify(
            self.store,
            MatcherAnswers(answer),
            self.apply_transition,
            self,
            self.new_id,
            STRONG_SCORE,
        )
        await attempt(await self.task(id, OutboxTaskKind.IDENTIFY))

    async def task(self, id: str, kind: OutboxTaskKind) -> OutboxTask:
        """The outbox task of a case, without a lease."""
        columns = [outbox.c[field.name] for field in fields(OutboxTask)]
        statement = select(*columns).where(outbox.c.case == id, outbox.c.kind == kind)
        async with self.store.read() as records:
            row = (await records.connection.execute(statement)).one()
        return OutboxTask(*row)

    async def matcher_answers_late(self, task: OutboxTask) -> None:
        """The matcher finds nobody, in an attempt that began before."""
        answer = MatcherDecision("decision", IdentificationOutcome.NO_HIT, (), "calibration-1")
        attempt = Identify(
            self.store,
            MatcherAnswers(answer, nothing),
            self.apply_transition,
            self,
            self.new_id,
            STRONG_SCORE,
        )
        await attempt(task)

    async def sets_statuses(self) -> None:
        """The matcher does what it is asked about the statuses of encounters."""
        for task in await self.leases(OutboxTaskKind.SET_ENCOUNTER_STATUS):
            await SetEncounterStatus(self.store, MatcherSetsStatuses(), self)(task)

    async def statuses_asked(self, id: str) -> list[tuple[str, EncounterStatus]]:
        """Encounter and status of each change that the matcher is still to be asked for."""
        return [(each.encounter_id, each.status) for each in await self.encounter_changes(id)]

    async def watches(self, matcher: MatcherMemory, replicas: int = 1) -> None:
        """Look whether the matcher was restored, and compare; four in a row are enough."""
        compare = [
            CompareWithMatcher(
                self.store,
                matcher,
                self.apply_transition,
                self,
                self.new_id,
                enough_in_a_row=4,
                at_a_time=2,
            )
            for _ in range(replicas)
        ]
        with suppress(Unavailable):
            await asyncio.gather(*(each() for each in compare))

    async def lost_enrolments(self) -> list[str]:
        """The applications whose enrolment is lost, as open items."""
        async with self.store.read() as records:
            page = await records.open_items.page(1000, None, None, include_resolved=False)
        ids = [at.key.removeprefix(LOST_ENROLMENT) for at in page if LOST_ENROLMENT in at.key]
        return sorted(ids, key=lambda id: int(id.removeprefix("id-")))

    def replacement(self, person: str, number: str) -> dict[str, Any]:
        """What an application for the replacement of a lost passport names."""
        return {
            "type": ApplicationType.REPLACEMENT_LOST,
            "person_id": person,
            "document_number": number,
        }

    async def job_is_done(self, id: str) -> None:
        """The printer takes the job of a released case and makes a good book."""
        await self._job_ends(id, JobOutcome.DONE)

    async def job_is_given_up(self, id: str) -> None:
        """The printer takes the job of a released case, and an operator cancels it."""
        await self._job_ends(id, JobOutcome.FAILED)

    async def job_is_taken(self, id: str, job: str = "") -> str:
        """The printer takes the job of a released case; the job's id."""
        printer = PrinterTakesJobs(job or f"job of {id}")
        attempt = SubmitPrintJob(
            self.store, printer, printer.sign_clearance, self.apply_transition, self, self.new_id
        )
        for task in await self.leases(OutboxTaskKind.PRINT):
            if task.case == id:
                await attempt(task)
        return (await self.case(id)).print_job

    async def takes_job(self, task: OutboxTask) -> None:
        """The printer takes the job of a task that is leased."""
        await self.attempts(task, PrinterTakesJobs(f"job of {task.case}"))

    async def attempts(self, task: OutboxTask, printer: PrinterTakesJobs) -> None:
        """Attempt a print task that is leased once with a printer."""
        attempt = SubmitPrintJob(
            self.store, printer, printer.sign_clearance, self.apply_transition, self, self.new_id
        )
        await attempt(task)

    async def _job_ends(self, id: str, outcome: JobOutcome) -> None:
        await self.job_has_ended(id, await self.job_is_taken(id), outcome)

    async def job_has_ended(self, id: str, job: str, outcome: JobOutcome = JobOutcome.DONE) -> None:
        """The printer reports how a job that it had taken ended."""
        serial = f"B{next(self._serials):07d}"
        event = PrintJobEvent("token", job, id, outcome, serial, CANCELLED)
        await RecordPrintEvent(self.store, self.apply_transition, self)("BJM", event)

    def reconciles(self, printer: Printer) -> ReconcilePrintJobs:
        """What compares the cases with the jobs of a printer."""
        record = RecordPrintEvent(self.store, self.apply_transition, self)
        return ReconcilePrintJobs(self.store, printer, record, self.apply_transition, self)

    async def submits(self, printer: Printer) -> None:
        """Attempt each print task once with a printer."""
        attempt = SubmitPrintJob(
            self.store, printer, lambda *_, is_repeated, **__: f"clearance {is_repeated}",
            self.apply_transition, self, self.new_id,
        )  # fmt: skip
        for task in await self.leases(OutboxTaskKind.PRINT):
            await attempt(task)

    async def fails(self, id: str) -> None:
        """The print of a released case fails, whatever the printer has."""
        tasks = [task for task in await self.leases(OutboxTaskKind.PRINT) if task.case == id]
        async with self.store.begin() as records:
            for task in tasks:
                await records.outbox.complete(task)
            case = await records.cases.get(id)
            await record_print_failure(records, case, CANCELLED, self.now_is, self.apply_transition)

    async def fingers(self, id: str) -> bytes:
        """The fingerprints that are stored of a case."""
        async with self.store.read() as records:
            return await records.cases.fingers(id)

    async def history(self, id: str) -> Sequence[HistoryEntry]:
        """The history of a case, oldest event first."""
        async with self.store.read() as records:
            return await records.history.of_case(id)

    async def hears(self, event: PrintJobEvent, office: str = "BJM") -> None:
        """The printer of an office reports a job."""
        await RecordPrintEvent(self.store, self.apply_transition, self)(office, event)

    async def open_print_jobs(self) -> list[tuple[str, str]]:
        """Job and application of each print job that is an open item."""
        return [(item.event.job, item.event.case) for item in await self.misfits()]

    async def misfits(self) -> Sequence[UnrecordedPrintEvent]:
        """The print jobs that are open items."""
        items = [item for _, item in await self.open_items()]
        return [item for item in items if isinstance(item, UnrecordedPrintEvent)]

    async def open_items(self, **which: Any) -> Sequence[tuple[str, OpenItem]]:
        """Ids and open items, oldest first. which: office, after, size or include_resolved."""
        asked = {"office": None, "after": None, "size": 1000} | which
        async with self.store.read() as records:
            page = await list_open_items(records, self.offices, now=self.now_is, **asked)
        return page.items

    async def settles(
        self, item: str, reason: ResolutionReason, by: Actor, why: str = "seen"
    ) -> ResolvedItem:
        """Somebody settles an open item."""
        async with self.store.begin() as records:
            return (await resolve_open_item(records, item, reason, why, by, self.now_is))[1]

    async def is_released(self, id: str) -> str:
        """Approve an application that is identified, and release it to the printer."""
        await self.approves(id)
        await self.plans()
        return id

    async def declares(
        self,
        scope: OutageScope,
        office: str = "",
        *,
        began: str = "",
        ended: str = "",
        expected_end: str = "",
    ) -> str:
        """An administrator declares an outage, now or since a local time; its id."""
        outage = Outage(
            scope=scope,
            office=office,
            cause="test",
            began=banjarmasin(began) if began else self.now_is,
            ended=banjarmasin(ended) if ended else None,
            expected_end=banjarmasin(expected_end) if expected_end else None,
            declared_by="ani",
        )
        async with self.store.begin() as records:
            return (await self.outages.declare(records, outage, self.now_is)).id

    async def sets_machines(self, count: int, since: str = "") -> None:
        """A supervisor says how many machines print in Banjarmasin from a day on, or from today."""
        day = date.fromisoformat(since) if since else self.now_is.date()
        machines = InstalledMachines(day, count, Fraction(self.books_per_day))
        async with self.store.begin() as records:
            await set_machines(records, self.offices["BJM"], machines, self.now_is)

    async def ends(self, outage: str, *, at: str = "", **how: Any) -> None:
        """An administrator says that the outage is over, now or since a local time."""
        ended = banjarmasin(at) if at else self.now_is
        async with self.store.begin() as records:
            await self.outages.end(records, outage, ended, "ani", self.now_is, **how)

    async def corrects_outage(self, outage: str, *, revision: int = 0, **what: Any) -> None:
        """An administrator corrects what is recorded of an outage; times are local times."""
        for field in ("began", "ended", "expected_end"):
            if field in what:
                what[field] = banjarmasin(what[field])
        async with self.store.begin() as records:
            await self.outages.correct(
                records, outage, OutageCorrection(**what), "budi", self.now_is, revision
            )

    # What issuance does

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

    async def explanation(self, id: str) -> WaitExplanation:
        """Why the case waits, as anybody who asks is told now."""
        async with self.store.read() as records:
            case = await records.cases.get(id)
            return (await explain_wait(records, self.offices, case, self.now_is)).explanation

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

    async def waited_for(self, outage: str) -> int | None:
        """How many cases wait or waited for the end of an outage."""
        async with self.store.read() as records:
            record = await records.outages.get(outage)
            return (await records.outages.with_cases([record]))[0].cases

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
            return await service_status(records, self.offices, None, self.now_is, self.now_is)

    async def stuck(
        self, office: str | None = None, after: ListPosition | None = None, size: int = 1000
    ) -> StuckPage:
        """What administrators see of what does not go on by itself."""
        async with self.store.read() as records:
            return await list_stuck(records, self.offices, office, after, size, self.now_is)

    async def _event(self, id: str, event: ApplicationEvent, user: str) -> None:
        async with self.store.begin() as records:
            case = await records.cases.get(id)
            await self.apply_transition(
                records, case, event, identity(user, "officer"), self.now_is
            )

    def new_id(self) -> str:
        return f"id-{next(self._ids)}"
