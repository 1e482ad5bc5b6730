"""What the matcher answers, and what is still to be asked."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import fields

from issuance.domain.adjudication_referral import Candidate, IdentificationOutcome
from issuance.domain.encounter_change import EncounterChange, EncounterStatus, decode_changes
from issuance.domain.identification_request import (
    IdentificationRequest,
    decode_identification,
)
from issuance.domain.outbox import OutboxTask
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.verification import Verification
from issuance.store.tables.outbox import outbox
from issuance.use_cases.compare_with_matcher import CompareWithMatcher
from issuance.use_cases.identify import Identify
from issuance.use_cases.office_slots import VerificationSlots
from issuance.use_cases.ports import MatcherDecision, MatcherMemory, Unavailable
from issuance.use_cases.set_encounter_status import SetEncounterStatus
from issuance.use_cases.verify import Verify
from sqlalchemy import select

from .answering_neighbours import MatcherAnswers, MatcherSetsStatuses, MatcherVerifies, nothing
from .recorded_workflow import RecordedWorkflow

STRONG_SCORE = 8.0


class AtTheMatcher(RecordedWorkflow):
    """Has the matcher answer whoever waits for it."""

    async def is_known(self, id: str) -> str:
        """The matcher finds the applicant's own record if they claim one, and nobody else."""
        case = await self.case(id)
        found = [Candidate(case.person_id, 12.0)] if case.type.claims_record else []
        await self.is_identified(*found)
        return id

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

    async def task(self, id: str, kind: OutboxTaskKind) -> OutboxTask:
        """The outbox task of a case, without a lease."""
        columns = [outbox.c[field.name] for field in fields(OutboxTask)]
        statement = select(*columns).where(outbox.c.case == id, outbox.c.kind == kind)
        async with self.store.read() as records:
            row = (await records.connection.execute(statement)).one()
        return OutboxTask(*row)

    async def asked_about(self, task: OutboxTask) -> IdentificationRequest:
        """Whom the matcher is asked about."""
        return decode_identification(task.payload, await self.case(task.case))

    async def sets_statuses(self) -> None:
        """The matcher does what it is asked about the statuses of encounters."""
        for task in await self.leases(OutboxTaskKind.SET_ENCOUNTER_STATUS):
            await SetEncounterStatus(self.store, MatcherSetsStatuses(), self)(task)

    async def statuses_asked(self, id: str) -> list[tuple[str, EncounterStatus]]:
        """Encounter and status of each change that the matcher is still to be asked for."""
        return [(each.encounter_id, each.status) for each in await self.encounter_changes(id)]

    async def encounter_changes(self, id: str) -> list[EncounterChange]:
        """What the matcher is still to be asked about the encounters of a case."""
        statement = select(outbox.c.payload).where(
            outbox.c.case == id, outbox.c.kind == OutboxTaskKind.SET_ENCOUNTER_STATUS
        )
        async with self.store.read() as records:
            payloads = list(await records.connection.scalars(statement))
        return [each for payload in payloads for each in decode_changes(payload, id)]

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
        lost = [at.key for at in page if at.key.startswith("lost-enrolment:")]
        ids = [key.removeprefix("lost-enrolment:") for key in lost]
        return sorted(ids, key=lambda id: int(id.removeprefix("id-")))
