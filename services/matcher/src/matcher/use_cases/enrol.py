"""Storing what a person gave, and finding out whom else it matches."""

from dataclasses import dataclass

from servicekit.process.clock import Clock
from servicekit.process.failpoint import failpoint

from matcher.domain.biometrics import Encounter, Status
from matcher.domain.decision import Kind, Question, Recorded
from matcher.domain.enrolment import Enrolment, SearchPolicy
from matcher.domain.gallery import Scope
from matcher.domain.probe import Side
from matcher.use_cases.capture import Capture
from matcher.use_cases.keeping import Keep
from matcher.use_cases.ports import Store
from matcher.use_cases.probing import Probing, given
from matcher.use_cases.readiness import Level, Readiness
from matcher.use_cases.search import Search


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A stored encounter, and whom it matched if that was asked."""

    encounter: Encounter
    decision: Recorded | None


@dataclass(frozen=True, slots=True)
class Enrol:
    """Enrols. target_fpir: where the caller asks for none."""

    store: Store
    capture: Capture
    probing: Probing
    search: Search
    readiness: Readiness
    clock: Clock
    target_fpir: float

    async def __call__(
        self, enrolment: Enrolment, keep: Keep[Enrolled], *, within: float
    ) -> Enrolled:
        """Store the fingers; with a search policy commit as PENDING first, then search.

        So others find the encounter while it searches, and of two who enrol at once the later
        always finds the earlier. An attempt that was cut off in between is gone on with.
        """
        if enrolment.search is None:
            self.readiness.require(Level.VERIFY_ONLY)
            return await self._store_unchecked(enrolment, keep)
        self.readiness.require(Level.FULL)
        encounter, side = await self._store_pending(enrolment)
        question = self._question(enrolment, enrolment.search)
        scope = Scope(before=encounter.added)
        decision = await self.search(question, side, scope, within=within)
        async with self.store.write() as records:
            enrolled = Enrolled(encounter, await records.decisions.append(decision))
            await keep(records, enrolled)
        failpoint("matcher.create_encounter.before_answer")
        return enrolled

    async def _store_unchecked(self, enrolment: Enrolment, keep: Keep[Enrolled]) -> Enrolled:
        fingers = await self.capture(enrolment.samples, "samples")
        async with self.store.write() as records:
            encounter = await records.encounters.add(
                enrolment, fingers, Status.ACTIVE, self.clock.now()
            )
            enrolled = Enrolled(encounter, None)
            await keep(records, enrolled)
        failpoint("matcher.create_encounter.after_commit")
        return enrolled

    async def _store_pending(self, enrolment: Enrolment) -> tuple[Encounter, Side]:
        async with self.store.read() as records:
            begun = await records.encounters.begun_by(enrolment)
        if begun is not None:
            return begun, await self.probing.of([begun.encounter_id], "encounter_id")
        fingers = await self.capture(enrolment.samples, "samples")
        async with self.store.write() as records:
            encounter = await records.encounters.add(
                enrolment, fingers, Status.PENDING, self.clock.now()
            )
        failpoint("matcher.create_encounter.after_commit")
        return encounter, given(fingers, encounter.encounter_id)

    def _question(self, enrolment: Enrolment, policy: SearchPolicy) -> Question:
        return Question(
            Kind.DUPLICATE_CHECK,
            enrolment.origin.caller,
            enrolment.origin.request_id,
            policy.target_fpir or self.target_fpir,
            policy.max_candidates,
        )
