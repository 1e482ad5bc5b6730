"""How is a probe identified (1:N) among all persons on record, and the decision recorded?"""

from dataclasses import dataclass

from matcher.domain.change_token import ChangeToken
from matcher.domain.decision import DecisionKind, DecisionRecord, DecisionRequest
from matcher.domain.finger_source import EncounterFingers, FingerSource, PersonFingers
from matcher.domain.request import RequestOrigin, SearchPolicy
from matcher.domain.shortlist import SearchScope
from matcher.store.store import Store, StoreResponse
from matcher.use_cases.readiness import Readiness, ServiceLevel
from matcher.use_cases.resolve_probe import ResolveProbe
from matcher.use_cases.search import Search


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
                (await records.changes.head()).require_included(seen)
        probe = await self.resolve_probe(source, "probe")
        request = DecisionRequest(
            DecisionKind.IDENTIFY,
            origin.caller,
            origin.request_id,
            policy.target_fpir or self.target_fpir,
            policy.max_candidates,
        )
        decision = await self.search(request, probe, _scope(source), seconds_left=seconds_left)
        async with self.store.write() as records:
            recorded = await records.decisions.append(decision)
            await store_response(records, recorded)
        return recorded


def _scope(source: FingerSource) -> SearchScope:
    """Return the scope of a search whose stored probe does not find itself."""
    if isinstance(source, EncounterFingers):
        return SearchScope(except_encounter_id=source.encounter_id)
    if isinstance(source, PersonFingers):
        return SearchScope(except_person_id=source.person_id)
    return SearchScope()
