"""A process of issuance that may die at any call, and what is recorded in its database."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import fields
from datetime import timedelta

from issuance.domain.case import Case
from issuance.domain.circuit_breaker import CircuitPolicy
from issuance.domain.document import Document
from issuance.domain.history import HistoryEntry
from issuance.domain.outbox import OutboxTask
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.retry_policy import RetryPolicy
from issuance.store.field_values import field_values
from issuance.store.stuck_work_records import TASK
from issuance.store.tables.documents import documents
from issuance.use_cases.identify import Identify
from issuance.use_cases.merge_at_matcher import MergeAtMatcher
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
from issuance.use_cases.undo_merge_at_matcher import UndoMergeAtMatcher
from issuance.use_cases.verify import Verify, record_verifications
from issuance.workers.office_planner import OfficePlanner
from issuance.workers.outbox_worker import OutboxWorker
from servicekit.storage.database import Database
from sqlalchemy import select

from ..use_cases.always_due import always_due  # noqa: TID252
from ..use_cases.at_the_matcher import STRONG_SCORE  # noqa: TID252
from ..use_cases.collection_counter import CollectionCounter  # noqa: TID252
from ..use_cases.recorded_workflow import EVERYTHING, VALIDITY  # noqa: TID252
from ..use_cases.workflow import Workflow  # noqa: TID252
from .neighbours import (
    HistoryMatcher,
    HistoryPrinter,
    HistoryPrinters,
    Mortality,
    PrinterMode,
    ProcessDies,
    sign_clearance,
)
from .steps import FINGER_CHECKS, OFFICES, Snapshot, Step, is_over

_RETRY = RetryPolicy(1, timedelta(minutes=1), 0.001, timedelta(seconds=10), timedelta(minutes=10))
_CIRCUIT = CircuitPolicy(2, timedelta(minutes=1))
_DOCUMENT_FIELDS = [field.name for field in fields(Document)]
_MOST_CALLS = 40
Work = Callable[[OutboxTask], Awaitable[None]]


class MortalIssuance:
    """Does all that is due, and starts again with nothing but its database."""

    def __init__(self, workflow: Workflow, database: Database) -> None:
        self.workflow = workflow
        self._database = database
        self.mortality = Mortality()
        self.matcher = HistoryMatcher(self.mortality)
        self.printers = {office: HistoryPrinter(office, self.mortality) for office in OFFICES}
        self._counter = CollectionCounter(workflow, FINGER_CHECKS, self.matcher)
        self.has_planned = False
        self.reported: set[str] = set()
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
            (
                kinds.MERGE_PERSONS,
                MergeAtMatcher(flow.store, self.matcher),
                MatcherSlots(kinds.MERGE_PERSONS),
            ),
            (
                kinds.UNDO_MERGE,
                UndoMergeAtMatcher(flow.store, self.matcher),
                MatcherSlots(kinds.UNDO_MERGE),
            ),
            (kinds.PRINT, track, PrinterSlots(2)),
        ]
        self._workers = {
            kind: OutboxWorker(kind, attempt, flow.store, slots, _RETRY, flow.now, always_due())
            for kind, attempt, slots in work
        }
        release = NotifyAndRelease(flow.store, flow.apply_transition, VALIDITY)
        self._plan = OfficePlanner(flow.offices, flow.store, self._database.try_lock, release, flow)
        self._reconcile = flow.reconciles(printers)

    async def _starts_again(self) -> None:
        """Start a process, which records whom it finds to be verifiable."""
        self._start_process()
        flow = self.workflow
        await record_verifications(flow.store, flow.apply_transition)

    async def dies_soon(self, step: Step) -> None:
        """The process is to die at its next call, before it or after it."""
        self.mortality.before, self.mortality.after = step.a % 2 == 0, step.a % 2 == 1

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

    async def is_told_to_go_on(self, step: Step) -> None:
        """An administrator has what was set aside attempted again."""
        async with self.workflow.store.begin() as records:
            for at in await records.stuck_work.page(100, None, None):
                await records.stuck_work.retry(at.key.removeprefix(TASK))

    async def read(self) -> Snapshot:
        """Read all that is recorded of applications and documents."""
        async with self.workflow.store.read() as records:
            cases = [case for _, case in await records.cases.page(EVERYTHING, None, None)]
            rows = await records.connection.execute(
                select(documents).order_by(documents.c.issued_on, documents.c.number)
            )
            found = [Document(**field_values(row, _DOCUMENT_FIELDS)) for row in rows]
            merges = await records.person_merges.all()
            merged = [each.from_person for each in merges if each.undone_at is None]
        return Snapshot(cases, found, merged)

    async def events(self) -> dict[str, Sequence[HistoryEntry]]:
        """Read the history of each application, by its id."""
        async with self.workflow.store.read() as records:
            cases = [case for _, case in await records.cases.page(EVERYTHING, None, None)]
            return {case.id: await records.history.of_case(case.id) for case in cases}

    async def _cases(self, office: str) -> Sequence[Case]:
        async with self.workflow.store.read() as records:
            return [case for _, case in await records.cases.page(EVERYTHING, office, None)]

    async def _chosen(self, step: Step) -> Case | None:
        cases = [case for case in await self._cases(step.office) if not is_over(case)]
        return cases[step.a % len(cases)] if cases else None
