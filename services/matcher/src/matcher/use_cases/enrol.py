"""Storing what a person gave, and finding out whom else it matches."""

from dataclasses import dataclass

from servicekit.process.clock import Clock
from servicekit.process.failpoint import failpoint

from matcher.domain.biometrics import Encounter, EncounterStatus
from matcher.domain.decision import DecisionKind, DecisionRecord, DecisionRequest
from matcher.domain.enrolment import Enrolment, SearchPolicy
from matcher.domain.finger_source import Probe
from matcher.domain.shortlist import SearchScope
from matcher.use_cases.extract_fingers import ExtractFingers
from matcher.use_cases.keeping import StoreAnswer
from matcher.use_cases.ports import Store
from matcher.use_cases.readiness import Readiness, ServiceLevel
from matcher.use_cases.resolve_probe import ResolveProbe, given
from matcher.use_cases.search import Search


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A stored encounter, and whom it matched if that was asked."""

    encounter: Encounter
    decision: DecisionRecord | None


@dataclass(frozen=True, slots=True)
class Enrol:
    """Enrols. target_fpir: where the caller asks for none."""

    store: Store
    capture: ExtractFingers
    probing: ResolveProbe
    search: Search
    readiness: Readiness
    clock: Clock
    target_fpir: float

    async def __call__(
        self, enrolment: Enrolment, keep: StoreAnswer[Enrolled], *, within: float
    ) -> Enrolled:
        """Store the fingers; with a search policy commit as PENDING first, then search.

        So others find the encounter while it searches, and of two who enrol at once the later
        always finds the earlier. An attempt that was cut off in between is gone on with.
        """
        if enrolment.search is None:
            self.readiness.require(ServiceLevel.VERIFY_ONLY)
            return await self._store_unchecked(enrolment, keep)
        self.readiness.require(ServiceLevel.FULL)
        encounter, side = await self._store_pending(enrolment)
        request = self._question(enrolment, enrolment.search)
        scope = SearchScope(before=encounter.added)
        decision = await self.search(request, side, scope, within=within)
        async with self.store.write() as records:
            enrolled = Enrolled(encounter, await records.decisions.append(decision))
            await keep(records, enrolled)
        failpoint("matcher.create_encounter.before_answer")
        return enrolled

    async def _store_unchecked(self, enrolment: Enrolment, keep: StoreAnswer[Enrolled]) -> Enrolled:
        fingers = await self.capture(enrolment.samples, "samples")
        async with self.store.write() as records:
            encounter = await records.encounters.add(
                enrolment, fingers, EncounterStatus.ACTIVE, self.clock.now()
            )
            enrolled = Enrolled(encounter, None)
            await keep(records, enrolled)
        failpoint("matcher.create_encounter.after_commit")
        return enrolled

    async def _store_pending(self, enrolment: Enrolment) -> tuple[Encounter, Probe]:
        async with self.store.read() as records:
            begun = await records.encounters.begun_by(enrolment)
        if begun is not None:
            return begun, await self.probing.of([begun.encounter_id], "encounter_id")
        fingers = await self.capture(enrolment.samples, "samples")
        async with self.store.write() as records:
            encounter = await records.encounters.add(
                enrolment, fingers, EncounterStatus.PENDING, self.clock.now()
            )
        failpoint("matcher.create_encounter.after_commit")
        return encounter, given(fingers, encounter.encounter_id)

    def _question(self, enrolment: Enrolment, policy: SearchPolicy) -> DecisionRequest:
        return DecisionRequest(
            DecisionKind.DUPLICATE_CHECK,
            enrolment.origin.caller,
            enrolment.origin.request_id,
            policy.target_fpir or self.target_fpir,
            policy.max_candidates,
        )
