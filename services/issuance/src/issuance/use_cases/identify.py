"""Outbox task IDENTIFY: ask the matcher who an applicant is, and move the case by its decision."""

from collections.abc import Callable

from servicekit.process.clock import Clock
from servicekit.process.failpoint import failpoint

from issuance.domain import case_identification, case_queue
from issuance.domain.actor import ISSUANCE
from issuance.domain.adjudication_referral import clearances_needed, decide_referral
from issuance.domain.adjudication_task import Adjudication, AdjudicationTask
from issuance.domain.case import Case
from issuance.domain.case_errors import AtThePrinter
from issuance.domain.events import ApplicationEvent
from issuance.domain.finger_quality import altered_in_words
from issuance.domain.history import EventDetails
from issuance.domain.identification_request import decode_identification
from issuance.domain.outbox import OutboxTask
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.states import ApplicationState
from issuance.store.records import Records, Store
from issuance.use_cases.apply_transition import ApplyTransition
from issuance.use_cases.no_restore_meanwhile import require_no_restore_since
from issuance.use_cases.ports import Matcher, MatcherDecision, NotYet, UnusableFingers
from issuance.use_cases.stop_printing import stop_printing


class Identify:
    """Does one task: asks the matcher, then applies what it answered to the case.

    strong_score: two examiners clear an applicant with a hit of this score, -log10 of the FMR.
    """

    def __init__(
        self,
        store: Store,
        matcher: Matcher,
        apply_transition: ApplyTransition,
        clock: Clock,
        new_id: Callable[[], str],
        strong_score: float,
    ) -> None:
        self._strong_score = strong_score
        self._store = store
        self._matcher = matcher
        self._apply_transition = apply_transition
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, task: OutboxTask) -> None:
        """Attempt the task once. Raises Unavailable, NotYet."""
        async with self._store.read() as records:
            case = await records.cases.get(task.case)
            fingers = await records.fingers.of(task.case)
            restores = await records.enrolments.restores()
        asked = decode_identification(task.payload, case)
        failpoint("identify.before_call")
        decision: MatcherDecision | None = None
        problem = ""
        try:
            decision = await self._matcher.enrol(task, asked, fingers)
        except UnusableFingers as error:
            problem = str(error)
        failpoint("identify.after_call")
        async with self._store.begin() as records:
            await require_no_restore_since(records, restores)
            if await records.outbox.complete(task):
                case = await records.cases.get(task.case)
                await records.outbox.withdraw(task.case, [OutboxTaskKind.VERIFY])
                if decision is None:
                    await self._reject(records, case, problem)
                else:
                    await self._apply(records, case, decision)
                    now = self._clock.now()
                    await records.enrolments.acknowledge(case.id, case.person_id, now)
                # Deleted in the same commit: two copies of fingerprints are one too many.
                await records.fingers.delete(case.id)
            failpoint("identify.before_commit")
        failpoint("identify.after_commit")

    async def _apply(self, records: Records, case: Case, decision: MatcherDecision) -> None:
        now = self._clock.now()
        on_record = case.linked or case.type.claims_record
        linked = await records.adjudication_tasks.persons_of(case) if on_record else ()
        referral = decide_referral(
            case.type,
            case.person_id,
            decision.outcome,
            decision.candidates,
            decision.hits_total,
            linked,
            possibly_altered=bool(decision.possibly_altered),
        )
        event = ApplicationEvent.REFER_TO_EXAMINERS if referral.cause else ApplicationEvent.IDENTIFY
        if referral.cause and case.state is ApplicationState.PRINTING:
            try:
                case = await stop_printing(records, case)
            except AtThePrinter as error:
                raise NotYet("AT_THE_PRINTER: its print job is being submitted") from error
        identified = case_identification.identified(
            case, decision.id, referral.own_record_first, examined=referral.cause is not None
        )
        details = EventDetails(
            reason=altered_in_words(decision.possibly_altered), adjudication_cause=referral.cause
        )
        await self._apply_transition(records, identified, event, ISSUANCE, now, details)
        if referral.cause:
            task = AdjudicationTask(
                id=self._new_id(),
                case=case.id,
                office=case.office,
                person_id=case.person_id,
                cause=referral.cause,
                decision_id=decision.id,
                candidates=referral.candidates,
                calibration=decision.calibration,
                hits_total=decision.hits_total,
                opened_at=now,
                adjudication=Adjudication(
                    excluded=frozenset(),
                    clearances_needed=clearances_needed(referral.candidates, self._strong_score),
                ),
            )
            await records.adjudication_tasks.add(task)

    async def _reject(self, records: Records, case: Case, problem: str) -> None:
        if case.state is ApplicationState.PRINTING:
            raise NotYet(
                "AT_THE_PRINTER: fingers that were verified are rejected once its print is over"
            )
        handed_over = case.state is ApplicationState.HANDED_OVER
        await self._apply_transition(
            records,
            case if handed_over else case_queue.no_longer_complete(case),
            ApplicationEvent.REJECT_BIOMETRICS,
            ISSUANCE,
            self._clock.now(),
            EventDetails(reason=problem),
        )
