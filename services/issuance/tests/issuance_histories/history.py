"""Two offices with honest and dishonest staff, unreliable neighbours and a mortal service."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import timedelta

from issuance.domain.activity import Activity
from issuance.domain.adjudication_task import Verdict
from issuance.domain.application_type import ApplicationType
from issuance.domain.case import Case
from issuance.domain.circuit_breaker import CircuitPolicy
from issuance.domain.document import Document
from issuance.domain.history import HistoryEntry
from issuance.domain.office import Office
from issuance.domain.outage import OutageScope
from issuance.domain.outbox import OutboxTask
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.print_job_event import JobOutcome
from issuance.domain.retry_policy import RetryPolicy
from issuance.domain.states import FINAL_STATES, ApplicationState
from issuance.store.field_values import field_values
from issuance.store.stuck_work_records import TASK
from issuance.store.tables.documents import documents
from issuance.use_cases.identify import Identify
from issuance.use_cases.notify_and_release import NotifyAndRelease
from issuance.use_cases.office_slots import (
    MatcherSlots,
    OfficeSlots,
    PrinterSlots,
    VerificationSlots,
)
from issuance.use_cases.ports import Unavailable
from issuance.use_cases.set_encounter_status import SetEncounterStatus
from issuance.use_cases.submit_print_job import SubmitPrintJob
from issuance.use_cases.track_printer_calls import TrackPrinterCalls
from issuance.use_cases.verify import Verify, record_verifications
from issuance.workers.office_planner import OfficePlanner
from issuance.workers.outbox_worker import OutboxWorker
from servicekit.errors import DomainError
from servicekit.storage.database import Database
from sqlalchemy import select

from ..use_cases.at_the_matcher import STRONG_SCORE  # noqa: TID252
from ..use_cases.people import HOLDER, identity  # noqa: TID252
from ..use_cases.recorded_workflow import EVERYTHING, VALIDITY  # noqa: TID252
from ..use_cases.workflow import Workflow  # noqa: TID252
from .neighbours import (
    HistoryMatcher,
    HistoryPrinter,
    HistoryPrinters,
    MatcherMode,
    Mortality,
    PrinterMode,
    ProcessDies,
    sign_clearance,
)

OFFICES = ("BJM", "JKT")
USERS = ("siti", "budi", "agus", "hadi", "dewi")
_INSPECTORS = ("tono", "rini", "joko", "wati", "sari", "yudi")
"""The first three are among the busy staff, and may have taken in or disagreed."""
BOOKS_PER_DAY = 3
_RETRY = RetryPolicy(1, timedelta(minutes=1), 0.001, timedelta(seconds=10), timedelta(minutes=10))
_CIRCUIT = CircuitPolicy(2, timedelta(minutes=1))
_TYPES = (
    ApplicationType.RENEWAL,
    ApplicationType.REPLACEMENT_DAMAGED,
    ApplicationType.REPLACEMENT_LOST,
)
_PAUSES = (timedelta(minutes=40), timedelta(minutes=100), timedelta(hours=4), timedelta(days=3))
_MATCHER_MODES = (MatcherMode.KNOWS_NOBODY_ELSE, MatcherMode.KNOWS_NOBODY_ELSE, *MatcherMode)
_VERDICTS = (Verdict.CLEARED, Verdict.CLEARED, Verdict.DUPLICATE, Verdict.SAME_PERSON)
_DOCUMENT_FIELDS = [field.name for field in fields(Document)]
_MOST_CALLS = 40
_MOST_DAYS = 14
_INSPECTOR = 20
"""From this choice on people act who had nothing to do with any application, and who clear."""
_EVERYBODY = range(20, 44, 4)
"""One choice for each of them; two agree on any application, whoever else disagreed before."""
Work = Callable[[OutboxTask], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens at an office. a, b: choose whom it happens to, and how."""

    what: str
    office: str
    a: int = 0
    b: int = 0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is recorded after a step."""

    cases: Sequence[Case]
    documents: Sequence[Document]


class History:
    """What happens, step by step; each step names a method of this class."""

    def __init__(self, workflow: Workflow, database: Database) -> None:
        self.workflow = workflow
        self._database = database
        self.mortality = Mortality()
        self.matcher = HistoryMatcher(self.mortality)
        self.printers = {office: HistoryPrinter(office, self.mortality) for office in OFFICES}
        self.has_planned = False
        self._outages: dict[str, list[str]] = {office: [] for office in OFFICES}
        self._start_process()

    def _start_process(self) -> None:
        """Start a process of issuance, which knows nothing but its database."""
        flow = self.workflow
        printers = HistoryPrinters(self.printers)
        submit = SubmitPrintJob(
            flow.store, printers, sign_clearance, flow.apply_transition, flow, flow.new_id
        )
        identify = Identify(
            flow.store, self.matcher, flow.apply_transition, flow, flow.new_id, STRONG_SCORE
        )
        track = TrackPrinterCalls(submit, flow.store, _CIRCUIT, flow.now)
        verify = Verify(flow.store, self.matcher, flow.policy, flow.apply_transition, flow)
        set_status = SetEncounterStatus(flow.store, self.matcher, flow)
        kinds = OutboxTaskKind
        work: list[tuple[OutboxTaskKind, Work, OfficeSlots]] = [
            (kinds.IDENTIFY, identify, MatcherSlots(kinds.IDENTIFY)),
            (kinds.VERIFY, verify, VerificationSlots(flow.policy)),
            (kinds.SET_ENCOUNTER_STATUS, set_status, MatcherSlots(kinds.SET_ENCOUNTER_STATUS)),
            (kinds.PRINT, track, PrinterSlots(2)),
        ]
        self._workers = {
            kind: OutboxWorker(kind, attempt, flow.store, slots, _RETRY, flow.now)
            for kind, attempt, slots in work
        }
        release = NotifyAndRelease(flow.store, flow.apply_transition, VALIDITY)
        self._plan = OfficePlanner(flow.offices, flow.store, self._database.try_lock, release, flow)
        self._reconcile = flow.reconciles(printers)

    async def take(self, step: Step) -> None:
        """Let one thing happen. What is refused changes nothing."""
        with suppress(DomainError):
            await getattr(self, step.what)(step)

    # What people do

    async def applies(self, step: Step) -> None:
        """Somebody applies: for the first time, or to renew or replace what they have."""
        flow = self.workflow
        found = await self.read()
        mine = [each for each in found.documents if each.office == step.office]
        user = _user(step.b)
        by = dict.fromkeys(("create", "accept_documents", "submit_biometrics"), user)
        if not mine or step.b % 2:
            await flow.brings_documents(by, office=step.office)
            return
        person = mine[step.a % len(mine)].person_id
        kind = _TYPES[step.b // 2 % len(_TYPES)]
        id = await flow.brings_documents(by, office=step.office, type=kind, person_id=person)
        self.matcher.claims[id] = person

    async def renews(self, step: Step) -> None:
        """Somebody renews a passport from before there was an issuance service."""
        person, user = f"{step.office}-{step.a % 3}", _user(step.b)
        by = dict.fromkeys(("create", "accept_documents", "submit_biometrics"), user)
        id = await self.workflow.applies(
            by, office=step.office, type=ApplicationType.RENEWAL, person_id=person
        )
        self.matcher.claims[id] = person

    async def goes_on(self, step: Step) -> None:
        """Whoever is there takes the next step of an application."""
        cases = await self._cases(step.office)
        open_cases = [case for case in cases if not is_over(case)]
        if open_cases:
            await self._take_next_step(open_cases[step.a % len(open_cases)], step.b)

    async def staff_is_busy(self, step: Step) -> None:
        """Staff who had nothing to do with them take the next step of all applications."""
        for case in await self._cases(step.office):
            with suppress(DomainError):
                await self._take_next_step(case, _INSPECTOR + step.a)

    async def _take_next_step(self, case: Case, choice: int) -> None:
        flow, states = self.workflow, ApplicationState
        user = _user(choice)
        match case.state:
            case states.PAID:
                await flow.gives_fingers(case.id, user)
            case states.BIOMETRICS_TAKEN:
                await flow.is_interviewed(case.id, user)
            case states.ADJUDICATION:
                await self._examine(case, user, _VERDICTS[choice % len(_VERDICTS)])
            case states.PRINT_FAILED if case.print_failure and case.print_failure.is_in_the_data:
                await flow.corrects(case.id, HOLDER, identity(user, "officer"))
            case states.AWAITING_APPROVAL | states.PRINT_FAILED:
                await flow.approves(case.id, user, "seen")
            case states.READY:
                await flow.hands_over(case.id, user)
            case _:
                pass

    async def _examine(self, case: Case, user: str, verdict: Verdict) -> None:
        for task in await self.workflow.tasks():
            if task.case == case.id:
                person = task.candidates[0].person_id if task.candidates else ""
                same = person if verdict is Verdict.SAME_PERSON else ""
                await self.workflow.examines(task.id, user, verdict, same)

    async def withdraws(self, step: Step) -> None:
        """An applicant withdraws."""
        if case := await self._chosen(step):
            await self.workflow.withdraws(case.id, identity(_user(step.b), "supervisor"))
            return

    async def gives_up(self, step: Step) -> None:
        """An applicant withdraws at the counter."""
        if case := await self._chosen(step):
            await self.workflow.withdraws(case.id)

    async def is_refused(self, step: Step) -> None:
        """A supervisor refuses."""
        if case := await self._chosen(step):
            await self.workflow.refuses(case.id, _user(step.b))

    async def appeals(self, step: Step) -> None:
        """Somebody who was refused appeals."""
        cases = await self._cases(step.office)
        refused = [case for case in cases if case.state is ApplicationState.REFUSED]
        if refused:
            case = refused[step.a % len(refused)]
            await self.workflow.appeals(case.id, _user(step.b))
            await self._photograph(case)

    async def _photograph(self, case: Case) -> None:
        await self.workflow.is_photographed(case.id, "siti")

    async def retakes(self, step: Step) -> None:
        """Fingerprints are to be taken again."""
        if case := await self._chosen(step):
            by = identity(_user(step.b), "supervisor")
            await self.workflow.retakes_biometrics(case.id, by)

    async def corrects(self, step: Step) -> None:
        """An officer corrects the data."""
        if case := await self._chosen(step):
            await self.workflow.corrects(case.id, HOLDER, identity(_user(step.b), "officer"))

    async def loses_passport(self, step: Step) -> None:
        """Somebody reports that their passport is lost."""
        found = await self.read()
        mine = [each for each in found.documents if each.office == step.office]
        if mine:
            await self.workflow.reports_lost(mine[step.a % len(mine)].number)

    # What neighbours do

    async def matcher_changes(self, step: Step) -> None:
        """The matcher answers otherwise from now on; others: whom it takes applicants for."""
        self.matcher.mode = _MATCHER_MODES[step.a % len(_MATCHER_MODES)]
        self.matcher.score = 12.0 if step.b % 2 else 5.0
        cases = (await self.read()).cases
        for office in OFFICES:
            here = [case.person_id for case in cases if case.office == office]
            self.matcher.others[office] = here[step.b % len(here) :] if here else []

    async def matcher_only_verifies(self, step: Step) -> None:
        """The matcher loses its index, the health watcher opens an outage, a replica restarts."""
        self.matcher.mode = MatcherMode.VERIFIES_ONLY
        outage = await self.workflow.declares(OutageScope.MATCHER)
        self._outages[step.office].append(outage)
        await self._starts_again()

    async def matcher_identifies_again(self, step: Step) -> None:
        """The matcher has its index again, and finds whom it finds."""
        await self.matcher_changes(step)
        for outages in self._outages.values():
            for outage in outages:
                with suppress(DomainError):
                    await self.workflow.ends(outage)

    async def printer_changes(self, step: Step) -> None:
        """The printer of the office answers otherwise from now on."""
        self.printers[step.office].mode = list(PrinterMode)[step.a % len(PrinterMode)]

    async def printer_recovers(self, step: Step) -> None:
        """The printer of the office works."""
        self.printers[step.office].mode = PrinterMode.WORKS

    async def printer_finishes(self, step: Step) -> None:
        """A book is good."""
        self.printers[step.office].finish(step.a)

    async def printer_fails(self, step: Step) -> None:
        """A job ends without a book."""
        self.printers[step.office].fail(step.a)

    async def printer_forgets(self, step: Step) -> None:
        """The printer is restored from a backup that does not have a job."""
        self.printers[step.office].lose(step.a)

    async def printer_repeats(self, step: Step) -> None:
        """The printer tells all that it has told before."""
        self.printers[step.office].heard = 0

    # Outages and time

    async def outage_opens(self, step: Step) -> None:
        """An administrator declares an outage."""
        scope = list(OutageScope)[step.a % len(OutageScope)]
        office = "" if scope is OutageScope.MATCHER else step.office
        self._outages[step.office].append(await self.workflow.declares(scope, office))

    async def printing_stops(self, step: Step) -> None:
        """An administrator declares that the printing of the office is out."""
        outage = await self.workflow.declares(OutageScope.PRINTING, step.office)
        self._outages[step.office].append(outage)

    async def outage_ends(self, step: Step) -> None:
        """An administrator ends an outage."""
        for outage in self._outages[step.office]:
            with suppress(DomainError):
                await self.workflow.ends(outage)

    async def outage_is_corrected(self, step: Step) -> None:
        """An outage began earlier than was recorded."""
        if outages := self._outages[step.office]:
            began = self.workflow.now_is - timedelta(hours=1 + step.a)
            outage = outages[step.b % len(outages)]
            await self.workflow.corrects_outage(outage, began=f"{began:%Y-%m-%d %H:%M}")

    async def time_passes(self, step: Step) -> None:
        """Minutes, hours or days pass."""
        self.workflow.now_is += _PAUSES[step.a % len(_PAUSES)]

    async def next_morning(self, step: Step) -> None:
        """The offices open on the next working day."""
        calendar = self.workflow.offices["BJM"].calendar
        today = calendar.day_of(self.workflow.now_is)
        opening = calendar.opening(calendar.next_working_day(today))
        self.workflow.now_is = opening + timedelta(hours=step.a % 3)

    # What issuance does

    async def dies_soon(self, step: Step) -> None:
        """The process is to die at its next call, before it or after it."""
        self.mortality.before, self.mortality.after = step.a % 2 == 0, step.a % 2 == 1

    async def is_told_to_go_on(self, step: Step) -> None:
        """An administrator has what was set aside attempted again."""
        async with self.workflow.store.begin() as records:
            for at in await records.stuck_work.page(100, None, None):
                await records.stuck_work.retry(at.key.removeprefix(TASK))

    async def _starts_again(self) -> None:
        """Start a process, which records whom it finds to be verifiable."""
        self._start_process()
        flow = self.workflow
        await record_verifications(flow.store, flow.policy, flow.apply_transition)

    async def works(self, step: Step) -> None:
        """Issuance does all that is due, and plans; or dies on the way and starts again."""
        self.has_planned = False
        try:
            await self._work()
        except ProcessDies:
            await self._starts_again()
        else:
            self.has_planned = True

    async def _work(self) -> None:
        for kind in self._workers:
            await self._attempt_due(kind)
        for office in OFFICES:
            await self._hear(office)
        await self._plan()
        await self._attempt_due(OutboxTaskKind.PRINT)
        # A print that was refused leaves its place of today to another.
        await self._plan()

    async def _attempt_due(self, kind: OutboxTaskKind) -> None:
        for _ in range(_MOST_CALLS):
            before = self._calls()
            await self._workers[kind].attempt_due()
            if self._calls() == before:
                return
        raise AssertionError(f"{kind} is attempted without an end")

    def _calls(self) -> int:
        return self.matcher.calls + sum(printer.calls for printer in self.printers.values())

    async def _hear(self, office: str) -> None:
        printer = self.printers[office]
        if printer.mode is PrinterMode.UNREACHABLE:
            return
        with suppress(Unavailable):
            while printer.heard < len(printer.events):
                await self._reconcile.record(office, printer.events[printer.heard])
                printer.heard += 1
            await self._reconcile.retry_unrecorded(office)
            await self._reconcile.find_lost_jobs(office)

    # What honest people do at the end

    async def comes_to_an_end(self) -> None:
        """Let everything work, and the right people act, until all applications are over."""
        self.mortality.before = self.mortality.after = False
        self.matcher.mode = MatcherMode.KNOWS_NOBODY_ELSE
        for _ in range(_MOST_DAYS):
            await self._a_good_day()
            if all(is_over(case) for case in (await self.read()).cases):
                return
        events = await self.events()
        waiting = [
            (case.id, case.print_failure, [entry.event.value for entry in events[case.id]])
            for case in (await self.read()).cases
            if not is_over(case)
        ]
        raise AssertionError(f"no way on: {waiting}")

    async def _a_good_day(self) -> None:
        await self.next_morning(Step("next_morning", ""))
        for office, printer in self.printers.items():
            printer.mode = PrinterMode.WORKS
            await self.outage_ends(Step("outage_ends", office))
            for _ in printer.in_progress():
                printer.finish(0)
        await self.is_told_to_go_on(Step("is_told_to_go_on", ""))
        await self.works(Step("works", ""))
        for case in (await self.read()).cases:
            for choice in _EVERYBODY:
                with suppress(DomainError):
                    await self._take_next_step(await self.workflow.case(case.id), choice)

    # What is recorded

    async def read(self) -> Snapshot:
        """Read all that is recorded of applications and documents."""
        async with self.workflow.store.read() as records:
            cases = [case for _, case in await records.cases.page(EVERYTHING, None, None)]
            rows = await records.connection.execute(
                select(documents).order_by(documents.c.issued_on, documents.c.number)
            )
            found = [Document(**field_values(row, _DOCUMENT_FIELDS)) for row in rows]
        return Snapshot(cases, found)

    async def events(self) -> dict[str, Sequence[HistoryEntry]]:
        """Read the history of each application, by its id."""
        async with self.workflow.store.read() as records:
            cases = [case for _, case in await records.cases.page(EVERYTHING, None, None)]
            return {case.id: await records.history.of_case(case.id) for case in cases}

    def is_to_be_heard_of(self, case: Case) -> bool:
        """Return whether the printer of a case still has something to tell about it."""
        printer = self.printers[case.office]
        job = printer.jobs.get(case.print_job)
        unheard = printer.events[printer.heard :]
        return (
            job is None  # it forgot the job, which is noticed when it is asked
            or job.outcome is JobOutcome.IN_PROGRESS
            or any(event.job == case.print_job for event in unheard)
        )

    async def books_today(self, office: Office) -> int:
        """Return how many books the machines make today outside of what stopped them longer."""
        calendar, now = office.calendar, self.workflow.now_is
        day = calendar.day_of(now)
        start, end = calendar.opening(day), calendar.closing(day)
        async with self.workflow.store.read() as records:
            lost = [
                (max(start, outage.began), min(end, outage.ended or end))
                for outage in await records.outages.affecting(office.id)
                if outage.stops(Activity.PRINTING) and outage.costs_printing_days(calendar, now)
            ]
        minutes = (start + timedelta(minutes=each) for each in range(8 * 60))
        left = sum(not any(begin <= each < over for begin, over in lost) for each in minutes)
        return BOOKS_PER_DAY * left // (8 * 60)

    async def _cases(self, office: str) -> Sequence[Case]:
        async with self.workflow.store.read() as records:
            return [case for _, case in await records.cases.page(EVERYTHING, office, None)]

    async def _chosen(self, step: Step) -> Case | None:
        cases = [case for case in await self._cases(step.office) if not is_over(case)]
        return cases[step.a % len(cases)] if cases else None


def _user(choice: int) -> str:
    """Return a user: one of the office, or from 20 on one of those who come at the end."""
    if choice >= _INSPECTOR:
        return _INSPECTORS[(choice - _INSPECTOR) // len(_VERDICTS)]
    return USERS[choice % len(USERS)]


def is_over(case: Case) -> bool:
    """Return whether nothing more happens to a case by itself."""
    return case.state in FINAL_STATES
