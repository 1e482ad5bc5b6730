"""Entries go into an index, and what it holds comes out as entries, without any code of its own."""

from collections.abc import Iterator, Sequence

from matcher.comparison.comparator import PreparedFinger
from matcher.domain.change_token import ChangeToken
from matcher.domain.encounter import EncounterStatus
from matcher.domain.index_entry import FingerFeatures, IndexEntry
from matcher.index.index_columns import EncounterColumns, FingerColumns
from matcher.index.memory_index import MemoryIndex


def index_of(entries: Sequence[IndexEntry]) -> MemoryIndex:
    """An index that holds these entries."""
    index = MemoryIndex(ChangeToken("", 0))
    index.update((), entries)
    return index


def entries_of(index: MemoryIndex) -> list[IndexEntry]:
    """What an index holds, in the order in which it was added."""
    with index.frozen() as frozen:
        return [entry for part in frozen.parts() for entry in _entries(part)]


def _entries(part: EncounterColumns) -> Iterator[IndexEntry]:
    fingers: list[dict[int, FingerFeatures]] = [{} for _ in range(len(part))]
    for position, columns in part.fingers.items():
        for owner, finger in _fingers(columns):
            fingers[owner][position] = finger
    for row in range(len(part)):
        yield IndexEntry(
            part.encounter_id[row].decode(),
            part.person_id[row].decode(),
            EncounterStatus(int(part.status[row])),
            int(part.added_by_change[row]),
            fingers[row],
            tuple(p for p in range(1, 11) if int(part.unreadable[row]) & 1 << p - 1),
            tuple(part.gallery_sets[part.galleries[row]]),
            int(part.checksum[row]),
        )


def _fingers(columns: FingerColumns) -> Iterator[tuple[int, FingerFeatures]]:
    start = 0
    for row, minutiae in enumerate(columns.minutiae.tolist()):
        end = start + minutiae
        prepared = PreparedFinger(
            columns.geometry[start:end],
            columns.descriptors[start:end],
            columns.minutia_index[start:end],
        )
        yield int(columns.owner[row]), FingerFeatures(columns.embedding[row], prepared)
        start = end
