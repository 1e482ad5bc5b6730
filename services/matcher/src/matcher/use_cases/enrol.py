"""How is an encounter stored and checked for duplicates, without missing simultaneous ones?"""

from dataclasses import dataclass

from servicekit.process.clock import Clock
from servicekit.process.failpoint import failpoint
from servicekit.process.worker_pool import work_priority

from matcher.domain.decision import Decision, DecisionKind, DecisionRecord
from matcher.domain.encounter import Encounter, EncounterStatus
from matcher.domain.enrolment import Enrolment
from matcher.domain.errors import EncounterExists
from matcher.domain.finger import Finger
from matcher.domain.finger_source import Probe
from matcher.domain.request import SearchPolicy
from matcher.domain.shortlist import SearchScope
from matcher.store.encounter_rows import NewEncounter
from matcher.store.store import Records, Store, StoreResponse
from matcher.use_cases.extract_fingers import ExtractFingers
from matcher.use_cases.readiness import Readiness, ServiceLevel
from matcher.use_cases.resolve_probe import ResolveProbe, probe_of
from matcher.use_cases.search import Search, search_request
from matcher.use_cases.store_together import StoreTogether


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A stored encounter. decision: of the duplicate check; None if none was asked for."""

    encounter: Encounter
    decision: DecisionRecord | None


@dataclass(frozen=True, slots=True)
class Enrol:
    """Stores encounters. target_fpir: of duplicate checks, if the caller asks for none."""

    store: Store
    store_together: StoreTogether
    extract: ExtractFingers
    resolve_probe: ResolveProbe
    search: Search
    readiness: Readiness
    clock: Clock
    target_fpir: float

    async def __call__(
        self, enrolment: Enrolment, store_response: StoreResponse[Enrolled], *, seconds_left: float
    ) -> Enrolled:
        """Store the fingers; for a duplicate check commit them as PENDING first, then search.

        So others find the encounter while it searches, and of two who enrol at the same time the
        later always finds the earlier. An attempt that was interrupted in between is continued.
        Raises what ExtractFingers and Search raise, EncounterExists, RequestIdReused, NotReady.
        """
        if enrolment.duplicate_check is None:
            self.readiness.require(ServiceLevel.VERIFY_ONLY)
            return await self._store_active(enrolment, store_response)
        self.readiness.require(ServiceLevel.FULL)
        policy = enrolment.duplicate_check
        with work_priority(policy.priority):
            encounter, probe = await self._store_pending(enrolment)
            decision = await self._search(encounter, probe, enrolment, policy, seconds_left)
        async with self.store.write() as records:
            enrolled = Enrolled(encounter, await records.decisions.append(decision))
            await store_response(records, enrolled)
        failpoint("matcher.create_encounter.before_answer")
        return enrolled

    async def _store_active(
        self, enrolment: Enrolment, store_response: StoreResponse[Enrolled]
    ) -> Enrolled:
        fingers = await self._extract(enrolment)

        async def store_its_response(records: Records, encounter: Encounter) -> None:
            await store_response(records, Enrolled(encounter, None))

        encounter = await self.store_together(
            NewEncounter(enrolment, fingers, EncounterStatus.ACTIVE, self.clock.now()),
            store_its_response,
        )
        failpoint("matcher.create_encounter.after_commit")
        return Enrolled(encounter, None)

    async def _store_pending(self, enrolment: Enrolment) -> tuple[Encounter, Probe]:
        """Commit the encounter as PENDING, unless an earlier attempt of the request has."""
        interrupted = await self._find_interrupted(enrolment)
        if interrupted is not None:
            return interrupted
        fingers = await self._extract(enrolment)
        try:
            encounter = await self.store_together(
                NewEncounter(enrolment, fingers, EncounterStatus.PENDING, self.clock.now())
            )
        except EncounterExists:
            # Another replica, which this one has taken for dead, may have committed meanwhile.
            interrupted = await self._find_interrupted(enrolment)
            if interrupted is None:
                raise
            return interrupted
        failpoint("matcher.create_encounter.after_commit")
        return encounter, probe_of(fingers, encounter.encounter_id)

    async def _find_interrupted(self, enrolment: Enrolment) -> tuple[Encounter, Probe] | None:
        async with self.store.read() as records:
            encounter = await records.encounters.added_by_request(enrolment)
        if encounter is None:
            return None
        probe = await self.resolve_probe.from_encounters([encounter.encounter_id], "encounter_id")
        return encounter, probe

    async def _extract(self, enrolment: Enrolment) -> tuple[Finger, ...]:
        return await self.extract(
            enrolment.samples, "samples", confirmed_different=enrolment.confirmed_different
        )

    async def _search(
        self,
        encounter: Encounter,
        probe: Probe,
        enrolment: Enrolment,
        policy: SearchPolicy,
        seconds_left: float,
    ) -> Decision:
        """Search for duplicates among everything that was committed before the encounter."""
        request = search_request(
            DecisionKind.DUPLICATE_CHECK,
            enrolment.origin,
            enrolment.office_id,
            policy,
            self.target_fpir,
        )
        scope = SearchScope(added_before=encounter.added_by_change, galleries=policy.galleries)
        return await self.search(request, probe, scope, seconds_left=seconds_left)
