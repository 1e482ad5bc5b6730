"""Which persons does a search go over, and which are shortlisted for comparison of minutiae?"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from matcher.comparison.comparator import PreparedFinger
from matcher.domain.change_token import ChangeToken
from matcher.domain.encounter import EncounterStatus

POSITIONS = range(1, 11)
"""Finger positions of ISO/IEC 19794-2, from the right thumb to the left little finger."""
_WHOLE_FINGER_MINUTIAE = 48
"""Minutiae of all its fingers from which a probe is searched for no deeper than others."""
_TWO_WHOLE_FINGERS = 2 * _WHOLE_FINGER_MINUTIAE
MOST_TIMES_DEEPER = 4
"""How many times as deep a search goes at most for a probe of few minutiae."""
MOST_TIMES_SHALLOWER = 8
"""How many times fewer persons pass each step for a probe of two whole fingers; a power of 2."""
MOST_TIMES_FEWER_LISTS = 32
"""How many times fewer inverted lists are probed for it; a power of 2."""
FEWEST_AT_FIRST = 72
"""As many minutiae, at least, a probe is taken to show at first: those of a finger and a half."""
EMBEDDED_AT_ANY_POSITION = 1
"""Of how many fingers embeddings are compared at any position, if more than one is whole."""


@dataclass(frozen=True, slots=True)
class SearchScope:
    """Which encounters a search may find, stated by those that it leaves out.

    added_before: number of a change; encounters that it or a later one added are left out.
    except_encounter_id, except_person_id: the encounter or person that the probe comes from.
    galleries: encounters that belong to none of them are left out; empty for no such limit.
    """

    added_before: int | None = None
    except_encounter_id: str | None = None
    except_person_id: str | None = None
    galleries: tuple[str, ...] = ()

    def until(self, change: int) -> "SearchScope":
        """Return this scope without the encounters that a change after this one added."""
        before = change + 1
        if self.added_before is not None:
            before = min(before, self.added_before)
        return replace(self, added_before=before)


@dataclass(frozen=True, slots=True)
class SearchDepth:
    """How many persons pass each step of a search.

    prefiltered: of at most so many, all are given to the prefilter. compared: the best by prefilter
    score, whose minutiae are compared. If more are searched, those are given to the prefilter that
    either channel finds: similar, the most similar by embedding; voted, those for whom most local
    descriptors vote. Decisions were recorded without these two when there was one channel, of the
    ``prefiltered`` most similar. most_times_deeper: see `times_deeper`; decisions were recorded
    without it when all probes were searched for alike. by_codes: whether the most similar are those
    by the codes of the embeddings; decisions were recorded without it when by the embeddings
    themselves, which takes seconds among millions, and when all had ranks: see `ranks_all`.
    most_times_shallower: see `times_deeper`; decisions were recorded without it when probes of
    several fingers were searched for as deep as those of one, and at all positions by the minutiae
    of all of them, also of those not searched. most_times_fewer_lists: see `times_more_lists`;
    decisions were recorded without it when lists became as many times fewer as persons. signs_only:
    whether codes tell signs only; decisions were recorded without it when by two bits a number.
    other_positions_only: whether a search at any position leaves out those stated, at which the
    fingers were searched for before; decisions were recorded without it when it did not.
    embedded_at_any_position: of how many fingers, those that show most, embeddings are compared at
    any position, if the probe shows more than one whole finger; decisions were recorded without it
    when of all. by_fingers_on_record: whether a search without a hit goes once more by the fingers
    that most people have on record, if these alone are searched for deeper than all of the probe;
    decisions were recorded without it when it did not. fewest_at_first: see `at_first`; decisions
    were recorded without it when there was no first stage.
    """

    prefiltered: int
    compared: int
    similar: int | None = None
    voted: int = 0
    most_times_deeper: int = 1
    by_codes: bool = False
    most_times_shallower: int = 1
    most_times_fewer_lists: int | None = None
    signs_only: bool = False
    other_positions_only: bool = False
    embedded_at_any_position: int | None = None
    by_fingers_on_record: bool = False
    fewest_at_first: int = 0

    @property
    def by_embedding(self) -> int:
        """How many persons the channel of the embedding gives."""
        return self.prefiltered if self.similar is None else self.similar

    @property
    def ranks_all(self) -> bool:
        """Whether a person that has no score by a finger has a rank by it: see `ranks`."""
        return not self.by_codes

    def at_first(self, minutiae: Sequence[int]) -> Sequence[int]:
        """Return by which minutiae a search goes at first: as if at least so many were shown.

        Nearly everybody is found so; without a hit it goes once more by those that are shown.
        minutiae: of each finger, as `times_deeper` and the others take them.
        """
        if _shown(minutiae) >= self.fewest_at_first:
            return minutiae
        half = self.fewest_at_first // 2
        return half, self.fewest_at_first - half

    def times_deeper(self, minutiae: Sequence[int]) -> Fraction:
        """Return how many times as many persons are compared. minutiae: of each finger.

        Twice as many if all fingers together show half as many minutiae as a whole finger. If they
        show as many as two whole fingers, so many times fewer as is set, and in between by the
        same power of what they show: two fingers are hardly ever both lost.
        """
        return self._times(minutiae, self.most_times_shallower)

    def times_more_lists(self, minutiae: Sequence[int]) -> Fraction:
        """Return how many times as many lists are probed, as `times_deeper` does of persons."""
        fewer = self.most_times_fewer_lists
        return self._times(minutiae, self.most_times_shallower if fewer is None else fewer)

    def _times(self, minutiae: Sequence[int], most_times_fewer: int) -> Fraction:
        shown = min(_TWO_WHOLE_FINGERS, max(1, _shown(minutiae)))
        deeper = Fraction(_WHOLE_FINGER_MINUTIAE, shown)
        if deeper < 1:
            return Fraction(deeper ** int(math.log2(most_times_fewer)))
        return min(Fraction(self.most_times_deeper), deeper)

    def for_minutiae(self, minutiae: Sequence[int]) -> "SearchDepth":
        """Return the depth at which a probe is searched for. minutiae: of each finger."""
        times = self.times_deeper(minutiae)
        channels = min(times, Fraction(1))
        return replace(
            self,
            compared=max(1, int(self.compared * times)),
            similar=None if self.similar is None else max(1, int(self.similar * channels)),
            voted=int(self.voted * channels),
            embedded_at_any_position=self.embedded_at_any_position if times < 1 else None,
        )

    def shared_by(self, positions: int) -> "SearchDepth":
        """Return the depth at which each finger is compared with this many positions.

        It costs as many comparisons of fingers as this depth with one position.
        """
        return replace(
            self,
            prefiltered=max(1, self.prefiltered // positions),
            compared=max(1, self.compared // positions),
            similar=None if self.similar is None else max(1, self.similar // positions),
            voted=self.voted // positions,
        )


def _shown(minutiae: Sequence[int]) -> int:
    """Return how many minutiae fingers show together, those of each counted up to a whole one."""
    return sum(min(_WHOLE_FINGER_MINUTIAE, of_finger) for of_finger in minutiae)


@dataclass(frozen=True, slots=True, eq=False)
class Impression:
    """One impression of a finger. encounter_id: where it is stored; None if it came with a call."""

    encounter_id: str | None
    finger: PreparedFinger


@dataclass(frozen=True, slots=True, eq=False)
class ReferencePerson:
    """A person to compare the probe with, shortlisted by a search or named by a verification.

    person_id: None if the fingers came with the call. known_fraud: of a shortlisted person, whether
    one of its encounters has status FRAUD, in scope of the search or not. impressions: by finger
    position, newest first. is_incomplete: whether a stored finger was left out, since its template
    cannot be read. statuses: of the encounters that may be used, by id.
    """

    person_id: str | None
    known_fraud: bool
    impressions: Mapping[int, Sequence[Impression]]
    is_incomplete: bool = False
    statuses: Mapping[str, EncounterStatus] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Shortlist:
    """The persons that a search has chosen for the comparison of minutiae.

    people_by_positions: int64 (1024,), how many persons it went over have exactly which finger
    positions on record, by set of positions: bit p - 1 is set if position p is in the set.
    incomplete_people: how many of them have a stored finger that cannot be read.
    change_token: the state of the database it went over.
    """

    persons: tuple[ReferencePerson, ...]
    people_by_positions: NDArray[np.int64]
    incomplete_people: int
    change_token: ChangeToken

    @property
    def people_searched(self) -> int:
        """How many persons the search went over."""
        return int(self.people_by_positions.sum())

    def commonest_positions(self, probed: Sequence[int]) -> tuple[int, ...]:
        """Return which of the positions of a probe most of these persons have on record.

        Exactly these of them; of persons that have any of them.
        """
        wanted = sum(1 << position - 1 for position in probed)
        sets = np.arange(len(self.people_by_positions)) & wanted
        people = np.bincount(sets, self.people_by_positions)
        people[0] = 0
        commonest = int(people.argmax()) if people.any() else 0
        return tuple(position for position in probed if commonest >> position - 1 & 1)

    @property
    def positions(self) -> tuple[int, ...]:
        """Finger positions that at least one of these persons has on record."""
        present = np.bitwise_or.reduce(np.flatnonzero(self.people_by_positions), initial=0)
        return tuple(position for position in POSITIONS if present >> position - 1 & 1)


def choose_shortlist(
    scores: NDArray[np.float32], count: int, *, ranks_all: bool = False
) -> NDArray[np.intp]:
    """Return the persons for the next step: the best of each finger and of all together.

    scores: float32 (persons, fingers), similarities, votes or prefilter scores, NaN where a person
    has none by the finger. Returns at most ``count`` row numbers; of equals the first. The rankings
    (one a finger, one of the sums) are read in step, so that one clear finger is enough even if the
    others fail. ranks_all: see `ranks`.
    """
    rows = np.arange(len(scores)) if ranks_all else among_the_first(scores, count)
    order = best_first(scores[rows], ranks(scores[rows], ranks_all=ranks_all))
    return rows[order[:count]]


def best_first(scores: NDArray[np.float32], rank: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the order in which persons are chosen: by their best rank, of equals by their sum.

    scores, rank: see `choose_shortlist`, `ranks`.
    """
    return np.lexsort((-_sums(scores), rank.min(axis=1)))


def among_the_first(scores: NDArray[np.float32], count: int) -> NDArray[np.intp]:
    """Return who is among the ``count`` first of any ranking, of equals all, rising.

    Ranks below ``count`` are the same among them as among all. scores: see `choose_shortlist`.
    """
    if count >= len(scores):
        return np.arange(len(scores))
    rankings = _rankings(scores)
    has_rank = ~np.isnan(rankings)
    np.copyto(rankings, -np.inf, where=~has_rank)
    least = np.partition(rankings, -count, axis=0)[-count] if count else np.inf
    return np.flatnonzero(((rankings >= least) & has_rank).any(axis=1))


def ranks(scores: NDArray[np.float32], *, ranks_all: bool = False) -> NDArray[np.intp]:
    """Return the rank of each person by each finger and by the sum, (persons, fingers + 1).

    From 0; the number of persons where one has no rank, as it has no score. scores: see
    `choose_shortlist`. ranks_all: whether these persons have the ranks after all others instead, in
    their order, as they had when decisions of before were made.
    """
    rankings = _rankings(scores)
    order = np.argsort(-rankings, axis=0, kind="stable")  # NaN last
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(len(scores))[:, None], axis=0)
    return rank if ranks_all else np.where(np.isnan(rankings), len(scores), rank)


def _rankings(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what persons are ranked by: the score of each finger, and the sum of them."""
    return np.column_stack([scores, _sums(scores)])


def _sums(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the sum of the scores of each person: one finger after the other, and so rounded.

    NumPy adds in an order that depends on how the scores lie in memory, as shards and one index
    differ.
    """
    sums = np.zeros(len(scores), np.float32)
    for of_finger in scores.T:
        sums += np.where(np.isnan(of_finger), np.float32(0), of_finger)
    return sums
