"""Which persons does a search go over, and which are shortlisted for comparison of minutiae?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.comparison.comparator import PreparedFinger
from matcher.domain.change_token import ChangeToken


@dataclass(frozen=True, slots=True)
class SearchScope:
    """Which encounters a search may find, stated by those that it leaves out.

    added_before: number of a change; encounters that it or a later one added are left out.
    except_encounter_id, except_person_id: the encounter or person that the probe comes from.
    """

    added_before: int | None = None
    except_encounter_id: str | None = None
    except_person_id: str | None = None


@dataclass(frozen=True, slots=True)
class SearchDepth:
    """How many persons pass each step of a search.

    prefiltered: the most similar by embedding, given to the prefilter.
    compared: the best by prefilter score, whose minutiae are compared.
    """

    prefiltered: int
    compared: int


@dataclass(frozen=True, slots=True, eq=False)
class Impression:
    """One impression of a finger. encounter_id: where it is stored; None if it came with a call."""

    encounter_id: str | None
    finger: PreparedFinger


@dataclass(frozen=True, slots=True, eq=False)
class ReferencePerson:
    """A person to compare the probe with, shortlisted by a search or named by a verification.

    person_id: None if the fingers came with the call. impressions: by finger position, newest
    first.
    """

    person_id: str | None
    known_fraud: bool
    impressions: Mapping[int, Sequence[Impression]]


@dataclass(frozen=True, slots=True)
class Shortlist:
    """The persons that a search has chosen for the comparison of minutiae.

    people_searched: how many it went over. change_token: the state of the database it went over.
    """

    persons: tuple[ReferencePerson, ...]
    people_searched: int
    change_token: ChangeToken


def choose_shortlist(scores: NDArray[np.float32], count: int) -> NDArray[np.intp]:
    """Return the persons for the next step: the best of each finger and of all together.

    scores: float32 (persons, fingers), similarities or prefilter scores, NaN where a person lacks
    the finger. Returns at most ``count`` row numbers; of equals the first. The rankings (one a
    finger, one of the sums) are read in step, so that one clear finger is enough even if the
    others fail.
    """
    persons = len(scores)
    rankings = np.column_stack([scores, np.nansum(scores, axis=1)])
    rankings = np.where(np.isnan(rankings), -np.inf, rankings)
    order = np.argsort(-rankings, axis=0, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(persons)[:, None], axis=0)
    return np.lexsort((-rankings[:, -1], rank.min(axis=1)))[:count]
