"""How does the first search find the kernels of the index compiled?"""

import numpy as np

from matcher.comparison.comparator import PreparedFinger
from matcher.domain.change_token import ChangeToken
from matcher.domain.encounter import EncounterStatus
from matcher.domain.index_entry import FingerFeatures, IndexEntry
from matcher.domain.shortlist import SearchDepth, SearchScope
from matcher.embedding.embedding_network import EMBEDDING_SIZE
from matcher.index.mapped_lists import MappedLists
from matcher.index.memory_index import MemoryIndex

_POSITION = 1
_SCOPES = (SearchScope(), SearchScope(except_person_id="1", galleries=("any",)))
_DEPTHS = (SearchDepth(9, 1), SearchDepth(1, 1, 1, 1), SearchDepth(1, 1, 1, 1, by_codes=True))


def warm_up() -> None:
    """Run every step of an index once, on three people without fingerprints to speak of.

    Takes seconds after an upgrade, when nothing compiled is in the cache.
    """
    index = MemoryIndex(ChangeToken("", 0))
    people = [
        IndexEntry(f"{n}", f"{n}", EncounterStatus.ACTIVE, n, {_POSITION: _blank()}, (), ("any",))
        for n in range(1, 4)
    ]
    index.update((), people)
    for scope in _SCOPES:
        for depth in _DEPTHS:
            index.search({_POSITION: _blank()}, scope, depth)
    index.update([people[0].encounter_id], [])
    _read_lists_of_a_file()


def _read_lists_of_a_file() -> None:
    finger = _blank()
    lists = MappedLists(np.empty(0, np.uint64), np.zeros(1, np.uint64))
    lists.near(finger.prepared.descriptors, finger.lists, 0)


def _blank() -> FingerFeatures:
    minutiae = PreparedFinger(
        np.zeros((1, 4), np.int16), np.zeros((1, 4), np.uint64), np.zeros(1, np.uint8)
    )
    embedding = np.zeros(EMBEDDING_SIZE, np.float16)
    return FingerFeatures(embedding, minutiae, np.zeros((1, 1), np.uint16))
