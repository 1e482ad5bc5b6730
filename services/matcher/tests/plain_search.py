"""The oracle of the index: the same search the slow and obvious way, sharing no code with it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from matcher.comparison.prefilter import prefilter_scores
from matcher.domain.encounter import EncounterStatus
from matcher.domain.index_entry import FingerFeatures, IndexEntry
from matcher.domain.shortlist import SearchDepth, SearchScope, Shortlist
from numpy.typing import NDArray

POSITIONS = (2, 7)
FARTHEST_VOTE = 84
Found = list[tuple[str | None, bool, list[tuple[int, str | None]]]]
Score = Callable[[FingerFeatures, FingerFeatures], float | None]


@dataclass
class PlainSearch:
    """The oracle: the same search the slow and obvious way, sharing no code with the index."""

    entries: dict[str, IndexEntry] = field(default_factory=dict)

    def update(self, removed: list[str], entries: list[IndexEntry]) -> None:
        for encounter_id in removed:
            self.entries.pop(encounter_id, None)
        self.entries |= {entry.encounter_id: entry for entry in entries}

    def search(
        self, probe: dict[int, FingerFeatures], scope: SearchScope, depth: SearchDepth
    ) -> tuple[Found, dict[int, int]]:
        searched = [
            each for each in self.entries.values() if each.status != EncounterStatus.INACTIVE
        ]
        searched.sort(key=lambda entry: entry.added_by_change)
        encounters: dict[str, list[IndexEntry]] = {entry.person_id: [] for entry in searched}
        for entry in searched:
            if self._is_in(entry, scope):
                encounters[entry.person_id].insert(0, entry)
        persons = [(name, entries) for name, entries in encounters.items() if entries]
        on_record = {position for entry in searched for position in entry.fingers}
        best = partial(
            _best, {p: finger for p, finger in probe.items() if p in on_record}, not depth.by_codes
        )
        found = list(range(len(persons)))
        if len(persons) > depth.prefiltered:
            similar = depth.prefiltered if depth.similar is None else depth.similar
            voted = [i for i, each in enumerate(persons) if depth.voted and _any_votes(each, probe)]
            votes = best([persons[i] for i in voted], depth.voted, _votes)
            of_codes = similarity_of_signs if depth.signs_only else similarity_of_codes
            similarity = of_codes if depth.by_codes else _similarity
            by_embedding = best(persons, similar, similarity)
            found = sorted({*by_embedding, *(voted[i] for i in votes)})
        chosen = best([persons[i] for i in found], depth.compared, _prefilter_score)
        by_positions = Counter(
            sum(1 << p - 1 for p in {p for each in entries for p in each.fingers})
            for _, entries in persons
        )
        return [self._found(*persons[found[i]]) for i in chosen], dict(by_positions)

    def _found(
        self, person_id: str, entries: list[IndexEntry]
    ) -> tuple[str, bool, list[tuple[int, str | None]]]:
        return (
            person_id,
            any(
                each.status is EncounterStatus.FRAUD
                for each in self.entries.values()
                if each.person_id == person_id
            ),
            [(p, each.encounter_id) for p in POSITIONS for each in entries if p in each.fingers],
        )

    def _is_in(self, entry: IndexEntry, scope: SearchScope) -> bool:
        return (
            (scope.added_before is None or entry.added_by_change < scope.added_before)
            and entry.encounter_id != scope.except_encounter_id
            and entry.person_id != scope.except_person_id
            and (not scope.galleries or any(g in entry.galleries for g in scope.galleries))
        )


def _best(
    probe: dict[int, FingerFeatures],
    ranks_all: bool,
    persons: list[tuple[str, list[IndexEntry]]],
    count: int,
    score: Score,
) -> list[int]:
    """Take first all firsts of the rankings by each finger and by the sum, then all seconds...

    ranks_all: whether those without a score by a finger come after all others in its ranking.
    """
    rankings: list[dict[int, float]] = []
    for position, finger in probe.items():
        rankings.append({})
        for i, (_, entries) in enumerate(persons):
            scores = [score(finger, e.fingers[position]) for e in entries if position in e.fingers]
            if known := [each for each in scores if each is not None]:
                rankings[-1][i] = max(known)
    no_score = dict.fromkeys(range(len(persons) if ranks_all else 0), -np.inf)
    sums = {i: sum(ranking.get(i, 0.0) for ranking in rankings) for i in range(len(persons))}
    orders = [
        sorted(ranking, key=lambda i: (-ranking[i], i))
        for ranking in [*(no_score | each for each in rankings), sums]
    ]
    chosen: list[int] = []
    for rank in range(len(persons)):
        at_this_rank = {order[rank] for order in orders if rank < len(order)}
        for i in sorted(at_this_rank, key=lambda i: (-sums[i], i)):
            if i not in chosen:
                chosen.append(i)
    return chosen[:count]


def _similarity(probe: FingerFeatures, stored: FingerFeatures) -> float:
    return float(stored.embedding.astype(np.float32) @ probe.embedding.astype(np.float32))


def similarity_of_codes(probe: FingerFeatures, stored: FingerFeatures) -> float:
    """Multiply numbers of 15 values by numbers of four: -3, -1, 1, 3."""
    numbers, width = stored.embedding.astype(float), 1 / 16
    codes = np.where(numbers >= 0, 1, -1) * np.where(numbers >= width, 3, 1)
    codes[numbers < -width] = -3
    return float(_coarse(probe) @ codes)


def similarity_of_signs(probe: FingerFeatures, stored: FingerFeatures) -> float:
    """Multiply numbers of 15 values by signs."""
    return float(_coarse(probe) @ np.where(stored.embedding >= 0, 1.0, -1.0))


def _coarse(probe: FingerFeatures) -> NDArray[np.float64]:
    exact = probe.embedding.astype(float)
    return np.asarray(np.rint(exact / np.abs(exact).max() * 7))


def _any_votes(person: tuple[str, list[IndexEntry]], probe: dict[int, FingerFeatures]) -> bool:
    return any(
        _votes(finger, entry.fingers[position])
        for position, finger in probe.items()
        for entry in person[1]
        if position in entry.fingers
    )


def _votes(probe: FingerFeatures, stored: FingerFeatures) -> float | None:
    """Sum, over the probe's best minutiae, the vote of the nearest descriptor that is listed."""
    total = 0.0
    for descriptor, probed in zip(probe.prepared.descriptors, probe.lists, strict=False):
        listed = stored.prepared.descriptors[: len(stored.lists)]
        distances = np.bitwise_count(descriptor ^ listed).sum(axis=1, dtype=int)
        near = distances[np.isin(stored.lists[:, 0], probed) & (distances <= FARTHEST_VOTE)]
        total += max((1 - near / 128) ** 2, default=0.0)
    return total or None


def _prefilter_score(probe: FingerFeatures, stored: FingerFeatures) -> float:
    return float(prefilter_scores(probe.prepared, [stored.prepared])[0])


def found_by(shortlist: Shortlist) -> Found:
    return [
        (
            person.person_id,
            person.known_fraud,
            [(p, one.encounter_id) for p, each in person.impressions.items() for one in each],
        )
        for person in shortlist.persons
    ]
