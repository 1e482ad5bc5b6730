"""Owed to the matcher: ask who an applicant is, then say what became of the encounter."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from servicekit.process.clock import Clock
from servicekit.process.failpoint import failpoint

from issuance.domain.adjudication import Task
from issuance.domain.case import ISSUANCE, Case
from issuance.domain.identification import Candidate, Finding, Outcome, assess
from issuance.domain.owed import Owed
from issuance.domain.states import Event
from issuance.use_cases.kept import Question
from issuance.use_cases.move import Move
from issuance.use_cases.records import Records, Transactions


class Away(Exception):
    """The other side cannot answer now; `retry_after` is what it asked for, if it did."""

    def __init__(self, trouble: str, retry_after: timedelta | None = None) -> None:
        super().__init__(trouble)
        self.retry_after = retry_after


class UnusableFingers(Exception):
    """The matcher can do nothing with these samples, now or later."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What the matcher decided; `calibration` is the version that gives scores their meaning."""

    id: str
    outcome: Outcome
    candidates: tuple[Candidate, ...]
    calibration: str


class Matcher(Protocol):
    """The national matcher. Both calls may be repeated with the same request id."""

    async def enrol(self, owed: Owed, person_id: str, fingers: bytes) -> Decision:
        """Store the fingers as pending and say whom they match.

        Raises Away, UnusableFingers.
        """
        ...

    async def settle(self, owed: Owed) -> None:
        """Say what became of the pending encounter. Raises Away."""
        ...


class Identify:
    """Asks the matcher about one case, and moves it by the answer."""

    def __init__(
        self,
        transactions: Transactions,
        matcher: Matcher,
        move: Move,
        clock: Clock,
        new_id: Callable[[], str],
    ) -> None:
        self._transactions = transactions
        self._matcher = matcher
        self._move = move
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, owed: Owed) -> None:
        """One attempt. Raises Away."""
        async with self._transactions.read() as records:
            case = await records.cases.get(owed.case)
            fingers = await records.cases.fingers(owed.case)
        failpoint("identify.before_call")
        try:
            decision = await self._matcher.enrol(owed, case.person_id, fingers)
        except UnusableFingers as error:
            await self._reject(owed, str(error))
        else:
            failpoint("identify.after_call")
            await self._take_in(owed, decision)

    async def _take_in(self, owed: Owed, decision: Decision) -> None:
        async with self._transactions.begin() as records:
            if await records.work.done(owed):
                case = await records.cases.get(owed.case)
                await self._conclude(records, case, decision)
            failpoint("identify.before_commit")
        failpoint("identify.after_commit")

    async def _conclude(self, records: Records, case: Case, decision: Decision) -> None:
        now = self._clock.now()
        finding = assess(case.type, case.person_id, decision.outcome, decision.candidates)
        event = Event.QUESTION if finding.cause else Event.IDENTIFY
        case = await self._move(
            records,
            case,
            event,
            ISSUANCE,
            now,
            finding.cause or "",
            decision_id=decision.id,
            own_record_first=finding.own_record_first,
        )
        # The matcher has them now: two copies of somebody's fingers are one too many.
        await records.cases.drop_fingers(case.id)
        if finding.cause:
            await records.tasks.add(self._question(case, finding, decision, now))

    def _question(
        self, case: Case, finding: Finding, decision: Decision, now: datetime
    ) -> Question:
        assert finding.cause is not None  # noqa: S101  only asked for questions
        return Question(
            id=self._new_id(),
            case=case.id,
            office=case.office,
            person_id=case.person_id,
            cause=finding.cause,
            decision_id=decision.id,
            candidates=finding.to_compare,
            calibration=decision.calibration,
            opened_at=now,
            task=Task(taken_in_by=frozenset()),
        )

    async def _reject(self, owed: Owed, why: str) -> None:
        failpoint("identify.after_call")
        async with self._transactions.begin() as records:
            if await records.work.done(owed):
                case = await records.cases.get(owed.case)
                now = self._clock.now()
                await self._move(
                    records, case, Event.REJECT_BIOMETRICS, ISSUANCE, now, why, **_INCOMPLETE
                )
                await records.cases.drop_fingers(case.id)
            failpoint("identify.before_commit")
        failpoint("identify.after_commit")


_INCOMPLETE = {
    "completed_at": None,
    "place": None,
    "applied_on": None,
    "due_on": None,
    "delayed": False,
}
"""A case without usable fingers is not complete: it gives up its place."""


class Settle:
    """Tells the matcher that an encounter is a person's record, or a fraud."""

    def __init__(self, transactions: Transactions, matcher: Matcher) -> None:
        self._transactions = transactions
        self._matcher = matcher

    async def __call__(self, owed: Owed) -> None:
        """One attempt. Raises Away."""
        failpoint("settle.before_call")
        await self._matcher.settle(owed)
        failpoint("settle.after_call")
        async with self._transactions.begin() as records:
            await records.work.done(owed)
            failpoint("settle.before_commit")
        failpoint("settle.after_commit")
