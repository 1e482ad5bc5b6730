"""Does the index still hold what it was given, and the database what the index was made of?

Sums tell at once whether both went through the same changes. What alters a row behind the changes'
back, in memory or in the database, they cannot tell: for that all encounters are compared one by
one, a portion at a time.
"""

from collections.abc import Sequence

from servicekit.process.worker_pool import WorkerPool

from matcher.domain.person_part import PersonPart
from matcher.domain.searched_content import SearchedContent
from matcher.index.memory_index import MemoryIndex
from matcher.store.store import Store

_ENCOUNTERS_PER_PORTION = 400
_OTHERS_STORED = "the database holds other encounters than its changes left"


class ContentCheck:
    """Goes over all searched encounters in the order in which they were added, again and again.

    part: persons whose encounters the index holds.
    """

    def __init__(self, store: Store, pool: WorkerPool, part: PersonPart) -> None:
        self._store = store
        self._pool = pool
        self._part = part
        self._checked_until = 0  # number of the change that added the last encounter checked

    async def check_portion(self, index: MemoryIndex) -> str:
        """Check the next encounters, about 15 ms of work; return what is wrong, empty if nothing.

        Where both differ, but encounters are changed meanwhile, the portion is left for the next.
        """
        token, first = index.contents.change_token, self._checked_until
        async with self._store.read() as records:
            latest = await records.changes.head()
            stored = await records.contents.searched_after(first, _ENCOUNTERS_PER_PORTION)
        is_end = len(stored) < _ENCOUNTERS_PER_PORTION
        last = latest.number if is_end else stored[-1].added_by_change
        own = [content for content in stored if self._part.holds(content.person_id)]
        held, damaged = await self._pool.run(index.examine, first, last)
        expected = await self._pool.run(_checksums, own)
        if damaged:
            return "the index was damaged in memory"
        if held != expected:
            is_one_moment = token == latest == index.contents.change_token
            return _OTHERS_STORED if is_one_moment else ""
        self._checked_until = 0 if is_end else last
        return ""


def _checksums(contents: Sequence[SearchedContent]) -> dict[str, int]:
    return {content.encounter_id: content.checksum for content in contents}
