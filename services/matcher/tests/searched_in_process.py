"""An index that follows no database, as a search asks it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from matcher.at_size.synthetic_people import features_of, index_entry
from matcher.domain.change_token import ChangeToken
from matcher.domain.index_entry import FingerFeatures
from matcher.domain.shortlist import SearchDepth, SearchScope, Shortlist
from matcher.index.memory_index import MemoryIndex

from .models import models
from .people import minutiae

PEOPLE = range(1, 25)
WITH_THUMB = (1, 2)


def index_of_people() -> MemoryIndex:
    """Return an index of people with their right index finger, of whom two have the thumb too."""
    index = MemoryIndex(ChangeToken("", 0))
    found = features_of(models(), [minutiae(person, 2) for person in PEOPLE])
    thumbs = features_of(models(), [minutiae(person, 1) for person in WITH_THUMB])
    people = [
        index_entry(f"person-{n}", n, {2: finger} | ({1: thumbs[n - 1]} if n in WITH_THUMB else {}))
        for n, finger in zip(PEOPLE, found, strict=True)
    ]
    index.update((), people, ChangeToken("", len(people)))
    return index


@dataclass(frozen=True)
class SearchedInProcess:
    """searches: at stated positions so far; of each these, and how many persons to compare."""

    index: MemoryIndex
    searches: list[tuple[list[int], int]] = field(default_factory=list)

    async def search(
        self,
        probe: Mapping[int, FingerFeatures],
        scope: SearchScope,
        depth: SearchDepth,
        *,
        any_position: bool = False,
        also: Sequence[str] = (),
        seconds_left: float,
    ) -> Shortlist:
        """Return what the index does."""
        if not any_position:
            self.searches.append(([*probe], depth.compared))
        return self.index.search(probe, scope, depth, any_position=any_position, also=also)
