"""Who is this?"""

from dataclasses import dataclass

from matcher.domain.change import Change
from matcher.domain.decision import Kind, Question, Recorded
from matcher.domain.enrolment import Origin, SearchPolicy
from matcher.domain.gallery import Scope
from matcher.domain.probe import OfEncounter, OfPerson, Probe
from matcher.use_cases.keeping import Keep
from matcher.use_cases.ports import Store
from matcher.use_cases.probing import Probing
from matcher.use_cases.readiness import Level, Readiness
from matcher.use_cases.search import Search


@dataclass(frozen=True, slots=True)
class Identify:
    """Searches all persons and records the decision. target_fpir: where none is asked for."""

    store: Store
    probing: Probing
    search: Search
    readiness: Readiness
    target_fpir: float

    async def __call__(
        self,
        probe: Probe,
        policy: SearchPolicy,
        seen: Change | None,
        origin: Origin,
        keep: Keep[Recorded],
        *,
        within: float,
    ) -> Recorded:
        """The decision. seen: a state that the search must include.

        Raises what Probing and Search raise, ForeignChangeToken, NotReady.
        """
        self.readiness.require(Level.FULL)
        if seen is not None:
            async with self.store.read() as records:
                (await records.changes.head()).must_include(seen)
        side = await self.probing.side(probe, "probe")
        question = Question(
            Kind.IDENTIFY,
            origin.caller,
            origin.request_id,
            policy.target_fpir or self.target_fpir,
            policy.max_candidates,
        )
        decision = await self.search(question, side, _scope(probe), within=within)
        async with self.store.write() as records:
            recorded = await records.decisions.append(decision)
            await keep(records, recorded)
        return recorded


def _scope(probe: Probe) -> Scope:
    if isinstance(probe, OfEncounter):
        return Scope(encounter_id=probe.encounter_id)
    if isinstance(probe, OfPerson):
        return Scope(person_id=probe.person_id)
    return Scope()
