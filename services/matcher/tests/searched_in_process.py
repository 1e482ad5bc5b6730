"""An index that follows no database, as a search asks it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from matcher.domain.index_entry import FingerFeatures
from matcher.domain.shortlist import SearchDepth, SearchScope, Shortlist
from matcher.index.memory_index import MemoryIndex


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
