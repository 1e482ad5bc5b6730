"""Identification (1:N): shortlist, prefilter, compare minutiae, decide."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from servicekit.process.failpoint import failpoint
from servicekit.process.worker_pool import WorkerPool

from matcher.comparison.comparator import PreparedFinger
from matcher.comparison.descriptor_quantizer import PROBED_LISTS
from matcher.domain.caveats import caveats_of
from matcher.domain.decision import Decision, DecisionKind, DecisionRequest
from matcher.domain.decision_rule import SEQUENCE_ERROR_SCORE, is_hit
from matcher.domain.finger import Finger
from matcher.domain.finger_source import Probe
from matcher.domain.index_entry import FingerFeatures
from matcher.domain.request import RequestOrigin, SearchPolicy
from matcher.domain.shortlist import SearchDepth, SearchScope, Shortlist
from matcher.index.finger_features import prepared_features, prepared_finger
from matcher.index.served_index import SearchedIndex
from matcher.models import ModelBundle
from matcher.use_cases.any_position import compare_at_any_position, most_informative
from matcher.use_cases.compare_persons import (
    ComparedPerson,
    best_first,
    candidates_of,
    compare_persons,
)
from matcher.use_cases.make_decision import ComparisonResult, DecisionMaker
from matcher.use_cases.predict_fnir import predict_fnir, predicted_by_maps
from matcher.use_cases.search_error_rates import threshold_of_fpir

Fingers = Mapping[int, PreparedFinger]

_SURE_FPIR = 0.001
"""Share of searches that a hit of somebody else may end before they go deeper, at most."""


@dataclass(frozen=True, slots=True)
class Search:
    """Searches all persons within a scope for the persons of a probe."""

    index: SearchedIndex
    pool: WorkerPool
    models: ModelBundle
    decision_maker: DecisionMaker
    depth: SearchDepth

    async def __call__(
        self, request: DecisionRequest, probe: Probe, scope: SearchScope, *, seconds_left: float
    ) -> Decision:
        """Return the decision of a search over everything committed before the call, unrecorded.

        Where the stated positions give no hit at first, they are searched deeper; and then, or on
        request, all positions are compared with all.
        seconds_left: that the index may take to catch up. Raises IndexBehind, Overloaded.
        """
        at_first = self.depth.at_first(_minutiae(probe.fingers))
        features = await self.pool.run(self._features, probe.fingers, at_first)
        depth = self.depth.for_minutiae(at_first)
        shortlist = await self.index.search(features, scope, depth, seconds_left=seconds_left)
        threshold = search_threshold(request, shortlist.people_searched)
        fingers = {position: finger.prepared for position, finger in features.items()}
        compared = await self.pool.run(compare_persons, self.models, fingers, shortlist.persons)
        people_compared = {person.person_id for person in shortlist.persons}
        surely = self._sure_threshold(threshold, shortlist.people_searched)
        for some, shown in self._deeper(probe, shortlist):
            if _hits(compared, surely):
                break
            found = await self.index.search(
                await self.pool.run(self._features, some, shown),
                scope.until(shortlist.change_token.number),
                self.depth.for_minutiae(shown),
                seconds_left=seconds_left,
            )
            if more := [each for each in found.persons if each.person_id not in people_compared]:
                people_compared.update(each.person_id for each in more)
                others_compared = await self.pool.run(compare_persons, self.models, fingers, more)
                compared = best_first([*compared, *others_compared])
        any_position = request.any_position or not _hits(compared, threshold)
        if any_position := any_position and shortlist.people_searched > 0:
            others, elsewhere = await self._at_any_position(
                probe, features, scope, shortlist, _with_a_match(compared), seconds_left
            )
            people_compared.update(others)
            compared = _merged(compared, _hits(elsewhere, threshold))
        failpoint("matcher.identify.after_search")
        result = await self.pool.run(
            self._result, request, probe, fingers, shortlist, compared, threshold
        )
        result = replace(
            result,
            scope=scope,
            depth=self.depth,
            any_position=any_position,
            people_compared=len(people_compared),
        )
        return self.decision_maker.decide(request, probe, result)

    def _deeper(
        self, probe: Probe, searched: Shortlist
    ) -> Iterator[tuple[Sequence[Finger], Sequence[int]]]:
        """Return which fingers are searched for once more, and by which minutiae, each deeper.

        All of the probe, if the search was shallower at first, and then those of them that most
        people have on record, as deep as for these alone.
        """
        depth, by = self.depth, self.depth.at_first(_minutiae(probe.fingers))
        common = searched.commonest_positions([finger.position for finger in probe.fingers])
        on_record = [finger for finger in probe.fingers if finger.position in common]
        if not on_record or not depth.by_fingers_on_record:
            return
        for fingers in (probe.fingers, on_record):
            shown = _minutiae(fingers)
            if depth.times_more_lists(shown) > depth.times_more_lists(by):
                yield fingers, shown
                by = shown

    def _sure_threshold(self, threshold: float, people: int) -> float:
        """Return at which score a hit ends a search before it goes deeper.

        One at a low threshold of the caller may be anybody, and does not: the mate may be deeper.
        Decisions of before the first stage were made without this.
        """
        if not self.depth.fewest_at_first:
            return threshold
        return max(threshold, threshold_of_fpir(_SURE_FPIR, people))

    async def _at_any_position(
        self,
        probe: Probe,
        features: Mapping[int, FingerFeatures],
        scope: SearchScope,
        searched: Shortlist,
        matching: Sequence[str],
        seconds_left: float,
    ) -> tuple[list[str | None], list[ComparedPerson]]:
        """Compare all positions with all, among the persons searched before.

        matching: persons with a finger that matches at its position, of which others may be mixed
        up. Returns the persons compared, and those of them whose fingers fit at other positions.
        """
        wanted, depth = await self.pool.run(self._wanted_at_any_position, probe, features)
        shortlist = await self.index.search(
            wanted,
            scope.until(searched.change_token.number),
            depth.shared_by(max(1, len(searched.positions))),
            any_position=True,
            also=matching if self.depth.other_positions_only else (),
            seconds_left=seconds_left,
        )
        fingers = {position: finger.prepared for position, finger in features.items()}
        compared = await self.pool.run(
            compare_at_any_position, self.models, fingers, shortlist.persons
        )
        return [person.person_id for person in shortlist.persons], compared

    def _wanted_at_any_position(
        self, probe: Probe, features: Mapping[int, FingerFeatures]
    ) -> tuple[dict[int, FingerFeatures], SearchDepth]:
        """Return the fingers that are searched for at all positions, and how deep."""
        wanted, fingers = most_informative(features), probe.fingers
        if self.depth.most_times_shallower > 1:  # before, by what all fingers show
            fingers = tuple(finger for finger in fingers if finger.position in wanted)
            wanted = self._features(fingers, _minutiae(fingers))
        return wanted, self.depth.for_minutiae(_minutiae(fingers))

    def _features(
        self, fingers: Sequence[Finger], shown: Sequence[int]
    ) -> dict[int, FingerFeatures]:
        """Return fingers with the lists that are probed for them. shown: minutiae, by `depth`."""
        lists = int(PROBED_LISTS * self.depth.times_more_lists(shown))
        return {
            finger.position: prepared_features(
                self.models,
                prepared_finger(self.models.comparator, finger),
                finger.embedding,
                lists=lists,
            )
            for finger in fingers
        }

    def _result(
        self,
        request: DecisionRequest,
        probe: Probe,
        fingers: Fingers,
        shortlist: Shortlist,
        compared: Sequence[ComparedPerson],
        threshold: float,
    ) -> ComparisonResult:
        hits = _hits(compared, threshold)
        return ComparisonResult(
            candidates=candidates_of(compared[: request.max_candidates], threshold),
            hits_total=len(hits),
            threshold=threshold,
            predicted_fnir=predicted_by_maps(
                fingers,
                shortlist.persons,
                lambda probe: predict_fnir(
                    self.models.calibration, probe, shortlist.people_by_positions, threshold
                ),
            ),
            positions_compared=tuple(p for p in sorted(fingers) if p in shortlist.positions),
            people_searched=shortlist.people_searched,
            people_compared=len(shortlist.persons),
            incomplete_people=shortlist.incomplete_people + probe.is_incomplete,
            change_token=shortlist.change_token,
            caveats=caveats_of(
                probe.statuses,
                [
                    each.person.statuses[finger.impression.encounter_id]
                    for each in hits
                    for finger in each.fingers
                    if finger.impression.encounter_id
                ],
            ),
        )


def search_request(
    kind: DecisionKind,
    origin: RequestOrigin,
    office_id: str,
    policy: SearchPolicy,
    target_fpir: float,
) -> DecisionRequest:
    """Return what a search is asked for. target_fpir: where the policy has none."""
    target_rate = None if policy.threshold is not None else policy.target_fpir or target_fpir
    return DecisionRequest(
        kind,
        origin.caller,
        origin.request_id,
        target_rate,
        policy.max_candidates,
        on_behalf_of=origin.on_behalf_of_uri,
        office_id=office_id,
        threshold=policy.threshold,
        any_position=policy.any_position,
    )


def search_threshold(request: DecisionRequest, people: int) -> float:
    """Return the least person score of a hit in a search of so many people."""
    if request.threshold is not None:
        return request.threshold
    if request.target_rate is None:
        raise ValueError("a search needs a threshold or a target FPIR")
    return threshold_of_fpir(request.target_rate, people)


def _minutiae(fingers: Sequence[Finger]) -> list[int]:
    return [len(finger.minutiae) for finger in fingers]


def _with_a_match(compared: Sequence[ComparedPerson]) -> list[str]:
    """Return the persons of whom a finger matches as surely as one told at another position."""
    return [
        each.person.person_id
        for each in compared
        if each.person.person_id is not None
        and any(finger.score >= SEQUENCE_ERROR_SCORE for finger in each.fingers)
    ]


def _hits(compared: Sequence[ComparedPerson], threshold: float) -> list[ComparedPerson]:
    return [each for each in compared if is_hit(each.score, threshold)]


def _merged(
    compared: Sequence[ComparedPerson], elsewhere: Sequence[ComparedPerson]
) -> list[ComparedPerson]:
    """Return each person once, with the higher of its scores, best first."""
    best = {each.person.person_id: each for each in best_first([*compared, *elsewhere])[::-1]}
    return best_first([*best.values()])
