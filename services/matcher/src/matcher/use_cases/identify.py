"""Who is this?"""

from dataclasses import dataclass

from matcher.domain.change_token import ChangeToken
from matcher.domain.decision import DecisionKind, DecisionRecord, DecisionRequest
from matcher.domain.enrolment import RequestOrigin, SearchPolicy
from matcher.domain.finger_source import EncounterFingers, FingerSource, PersonFingers
from matcher.domain.shortlist import SearchScope
from matcher.use_cases.keeping import StoreAnswer
from matcher.use_cases.ports import Store
from matcher.use_cases.readiness import Readiness, ServiceLevel
from matcher.use_cases.resolve_probe import ResolveProbe
from matcher.use_cases.search import Search


@dataclass(frozen=True, slots=True)
class Identify:
    """Searches all persons and records the decision. target_fpir: where none is asked for."""

    store: Store
    probing: ResolveProbe
    search: Search
    readiness: Readiness
    target_fpir: float

    async def __call__(
        self,
        probe: FingerSource,
        policy: SearchPolicy,
        seen: ChangeToken | None,
        origin: RequestOrigin,
        keep: StoreAnswer[DecisionRecord],
        *,
        within: float,
    ) -> DecisionRecord:
        """The decision. seen: a state that the search must include.

        Raises what Probing and Search raise, ForeignChangeToken, NotReady.
        """
        self.readiness.require(ServiceLevel.FULL)
        if seen is not None:
            async with self.store.read() as records:
                (await records.changes.head()).must_include(seen)
        side = await self.probing.side(probe, "probe")
        request = DecisionRequest(
            DecisionKind.IDENTIFY,
            origin.caller,
            origin.request_id,
            policy.target_fpir or self.target_fpir,
            policy.max_candidates,
        )
        decision = await self.search(request, side, _scope(probe), within=within)
        async with self.store.write() as records:
            recorded = await records.decisions.append(decision)
            await keep(records, recorded)
        return recorded


def _scope(probe: FingerSource) -> SearchScope:
    if isinstance(probe, EncounterFingers):
        return SearchScope(encounter_id=probe.encounter_id)
    if isinstance(probe, PersonFingers):
        return SearchScope(person_id=probe.person_id)
    return SearchScope()
