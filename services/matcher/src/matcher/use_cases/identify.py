"""How is a probe identified (1:N) among all persons on record, and the decision recorded?"""

from dataclasses import dataclass, replace

from servicekit.process.worker_pool import work_priority

from matcher.domain.change_token import ChangeToken
from matcher.domain.decision import DecisionKind, DecisionRecord
from matcher.domain.finger_source import EncounterFingers, FingerSource, PersonFingers, Side
from matcher.domain.request import RequestOrigin, SearchPolicy
from matcher.domain.shortlist import SearchScope
from matcher.store.store import Store, StoreResponse
from matcher.use_cases.readiness import Readiness, ServiceLevel
from matcher.use_cases.resolve_probe import ResolveProbe
from matcher.use_cases.search import Search, search_request


@dataclass(frozen=True, slots=True)
class Identify:
    """Searches all persons and records the decision. target_fpir: if the caller asks for none."""

    store: Store
    resolve_probe: ResolveProbe
    search: Search
    readiness: Readiness
    target_fpir: float

    async def __call__(
        self,
        source: FingerSource,
        policy: SearchPolicy,
        seen: ChangeToken | None,
        origin: RequestOrigin,
        store_response: StoreResponse[DecisionRecord],
        *,
        seconds_left: float,
    ) -> DecisionRecord:
        """Return the recorded decision. seen: a state of the database that the search must include.

        Raises what ResolveProbe and Search raise, ForeignChangeToken, NotReady.
        """
        self.readiness.require(ServiceLevel.FULL)
        if seen is not None:
            async with self.store.read() as records:
                await records.changes.require_included(seen)
        request = search_request(
            DecisionKind.IDENTIFY, origin, origin.office_id, policy, self.target_fpir
        )
        scope = replace(_scope(source), galleries=policy.galleries)
        with work_priority(policy.priority):
            probe = await self.resolve_probe(source, "probe", origin.scope)
            decision = await self.search(request, probe, scope, seconds_left=seconds_left)
        async with self.store.write() as records:
            recorded = await records.decisions.append(decision)
            await records.supplied_fingers.store(
                decision.decision_id, Side.PROBE, probe, decision.decided_at
            )
            await store_response(records, recorded)
        return recorded


def _scope(source: FingerSource) -> SearchScope:
    """Return the scope of a search whose stored probe does not find itself."""
    if isinstance(source, EncounterFingers):
        return SearchScope(except_encounter_id=source.encounter_id)
    if isinstance(source, PersonFingers):
        return SearchScope(except_person_id=source.person_id)
    return SearchScope()
