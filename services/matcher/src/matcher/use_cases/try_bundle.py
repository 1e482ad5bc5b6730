"""Does a bundle of models find the people whom the present one finds?"""

from collections.abc import Sequence
from dataclasses import dataclass

from servicekit.process.worker_pool import work_priority

from matcher.domain.decision import DecisionKind
from matcher.domain.errors import BundleRejected, EncounterNotFound, UnreadableTemplate
from matcher.domain.request import RequestOrigin, SearchPolicy
from matcher.domain.shortlist import SearchScope
from matcher.store.index_source import IndexedEncounter
from matcher.use_cases.loaded_bundle import LoadedBundle
from matcher.use_cases.search import search_request

_SAMPLE = 50
"""Encounters that are searched for, evenly among all."""
_CANDIDATES = 100
_LAST_PRIORITY = 9
_SECONDS_TO_CATCH_UP = 600.0
_ORIGIN = RequestOrigin("matcher", "trial")


@dataclass(frozen=True, slots=True)
class TryBundle:
    """Searches for people on record by their own stored fingers, with two bundles.

    Whom the one in use identifies, the new one must. This shows a model that gives nonsense, or a
    calibration of another scale; it says nothing of accuracy, which `matcher evaluate` measures.
    """

    target_fpir: float

    async def __call__(self, present: LoadedBundle, new: LoadedBundle) -> None:
        """Raise BundleRejected if anybody of a sample is lost. Decisions are not recorded."""
        sample = await self._sample(present)
        with work_priority(_LAST_PRIORITY):
            found = [each for each in sample if await self._finds(present, each)]
            lost = [
                each.encounter_id
                for each in found
                # Who was deleted or moved meanwhile is not found by either.
                if not await self._finds(new, each) and await self._finds(present, each)
            ]
        if lost:
            raise BundleRejected(
                f"bundle {new.name} does not find {len(lost)} of {len(found)} people on record by "
                f"their own fingers, whom {present.name} finds; one of them by {lost[0]}",
                field="bundle",
            )

    async def _sample(self, bundle: LoadedBundle) -> Sequence[IndexedEncounter]:
        sample = {}
        async with bundle.store.read() as records:
            last = (await records.changes.head()).number
            for k in range(_SAMPLE):
                for found in await records.index_source.added_after(last * k // _SAMPLE, 1):
                    if found.status.is_searched:
                        sample[found.encounter_id] = found
        return [*sample.values()]

    async def _finds(self, bundle: LoadedBundle, encounter: IndexedEncounter) -> bool:
        """Return whether a person is a hit of a search for the fingers of an encounter of it."""
        policy = SearchPolicy(None, _CANDIDATES)
        request = search_request(DecisionKind.IDENTIFY, _ORIGIN, "", policy, self.target_fpir)
        try:
            probe = await bundle.resolve_probe.from_encounters([encounter.encounter_id], "bundle")
        except (EncounterNotFound, UnreadableTemplate):
            return False
        decision = await bundle.search(
            request, probe, SearchScope(), seconds_left=_SECONDS_TO_CATCH_UP
        )
        return any(
            candidate.hit and candidate.person_id == encounter.person_id
            for candidate in decision.candidates
        )
