"""How do encounters go into the index and out of it? As columns, never as an object each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from matcher.comparison.comparator import PreparedFinger
from matcher.comparison.descriptor_quantizer import LISTED_MINUTIAE, ListNumbers
from matcher.domain.encounter import EncounterStatus
from matcher.domain.index_entry import FingerFeatures, IndexEntry
from matcher.domain.shortlist import POSITIONS
from matcher.index.id_table import Ids, ids_of
from matcher.index.memory_checksum import memory_checksum

Rows = NDArray[np.int64]
N = TypeVar("N", int, NDArray[np.int64])
ListedMinutiae = NDArray[np.uint16]
"""The inverted list of each of the best minutiae, uint16 (n, LISTED_MINUTIAE); NO_LIST after the
last."""
NO_LIST = np.uint16(0xFFFF)

_SEGMENT_BITS = 32
"""A row number is the number of a segment, then 32 bits for the row in it."""
_ROW_OF_SEGMENT = (1 << _SEGMENT_BITS) - 1


def numbered(segment: int | Rows, rows: Rows) -> Rows:
    """Return the numbers of rows of segments."""
    return (segment << _SEGMENT_BITS) + rows


def place_of(row: N) -> tuple[N, N]:
    """Return the number of the segment that a row, or each of many, is in, and its row there."""
    return row >> _SEGMENT_BITS, row & _ROW_OF_SEGMENT


@dataclass(frozen=True, slots=True, eq=False)
class FingerColumns:
    """Fingers of one position.

    owner: int64 (n,), index of the encounter among those that it comes with. embedding: float16
    (n, 256). minutiae: uint8 (n,), how many each has. geometry, descriptors, minutia_index: of all
    minutiae, finger by finger, as in PreparedFinger. lists: of the best of them, see
    ListedMinutiae. ridge_map: uint8 (n, MAX_MAP_BYTES), as in PreparedFinger.
    """

    owner: Rows
    embedding: NDArray[np.float16]
    minutiae: NDArray[np.uint8]
    geometry: NDArray[np.int16]
    descriptors: NDArray[np.uint64]
    minutia_index: NDArray[np.uint8]
    lists: ListedMinutiae
    ridge_map: NDArray[np.uint8]


_FIELDS = fields(FingerColumns)


@dataclass(frozen=True, slots=True, eq=False)
class SealedFingers:
    """Fingers of one position that lie in files of segments.

    owner: as in FingerColumns. row: int64 (n,), see `numbered`. Files are numbered by the snapshot,
    or by the index.
    """

    owner: Rows
    row: Rows


@dataclass(frozen=True, slots=True, eq=False)
class EncounterColumns:
    """Encounters with their fingers; see IndexEntry for what the columns mean.

    encounter_id, person_id: S64. status: uint8. added_by_change: int64. unreadable: uint16, sets of
    positions. checksum: uint64. memory_checksum: uint32, see `memory_checksum`. galleries: int32,
    number of the set in gallery_sets. fingers: by position. sealed: other fingers, by position.
    """

    encounter_id: Ids
    person_id: Ids
    status: NDArray[np.uint8]
    added_by_change: NDArray[np.int64]
    unreadable: NDArray[np.uint16]
    checksum: NDArray[np.uint64]
    memory_checksum: NDArray[np.uint32]
    galleries: NDArray[np.int32]
    gallery_sets: Sequence[tuple[str, ...]]
    fingers: Mapping[int, FingerColumns]
    sealed: Mapping[int, SealedFingers] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return how many encounters there are."""
        return len(self.encounter_id)

    @property
    def positions(self) -> NDArray[np.uint16]:
        """The set of finger positions of each encounter, uint16."""
        found = np.zeros(len(self), np.uint16)
        for of_positions in (self.fingers, self.sealed):
            for position, fingers in of_positions.items():
                found[fingers.owner] |= np.uint16(1 << position - 1)
        return found


def columns_of(entries: Sequence[IndexEntry]) -> EncounterColumns:
    """Return entries as columns. Raises ValueError for an id that is no id."""
    gallery_sets, numbers = numbered_gallery_sets([entry.galleries for entry in entries])
    present = sorted({position for entry in entries for position in entry.fingers})
    return EncounterColumns(
        ids_of(entry.encounter_id for entry in entries),
        ids_of(entry.person_id for entry in entries),
        np.array([entry.status for entry in entries], np.uint8),
        np.array([entry.added_by_change for entry in entries], np.int64),
        np.array([bits_of(entry.unreadable) for entry in entries], np.uint16),
        np.array([entry.checksum for entry in entries], np.uint64),
        np.array([memory_checksum(entry) for entry in entries], np.uint32),
        numbers,
        gallery_sets,
        {position: _fingers_of(entries, position) for position in present},
    )


def entries_of(columns: EncounterColumns) -> list[IndexEntry]:
    """Return the entries that columns hold."""
    fingers: list[dict[int, FingerFeatures]] = [{} for _ in range(len(columns))]
    for position, of_position in columns.fingers.items():
        for owner, finger in _features(of_position):
            fingers[owner][position] = finger
    return [
        IndexEntry(
            columns.encounter_id[row].decode(),
            columns.person_id[row].decode(),
            EncounterStatus(int(columns.status[row])),
            int(columns.added_by_change[row]),
            fingers[row],
            positions_of(columns.unreadable[row]),
            columns.gallery_sets[columns.galleries[row]],
            int(columns.checksum[row]),
        )
        for row in range(len(columns))
    ]


def memory_checksums(columns: EncounterColumns) -> NDArray[np.uint32]:
    """Return the checksums of what the columns hold, uint32 (n,), see `memory_checksum`."""
    return np.array([memory_checksum(entry) for entry in entries_of(columns)], np.uint32)


def numbered_gallery_sets(
    galleries: Sequence[tuple[str, ...]],
) -> tuple[list[tuple[str, ...]], NDArray[np.int32]]:
    """Return the sets of galleries of encounters, each once, and the number of each one's set."""
    sets = sorted({tuple(sorted(each)) for each in galleries})
    numbers = {each: number for number, each in enumerate(sets)}
    return sets, np.array([numbers[tuple(sorted(each))] for each in galleries], np.int32)


def bits_of(positions: Sequence[int]) -> int:
    """Return a set of finger positions as bits."""
    return sum(1 << position - 1 for position in positions)


def positions_of(bits: np.integer) -> tuple[int, ...]:
    """Return the finger positions of a set."""
    return tuple(position for position in POSITIONS if int(bits) >> position - 1 & 1)


def finger_columns_of(fingers: Sequence[FingerFeatures], owner: Rows) -> FingerColumns:
    """Return fingers of one position, at least one, as columns."""
    prepared = [finger.prepared for finger in fingers]
    return FingerColumns(
        owner,
        np.stack([finger.embedding for finger in fingers]),
        np.array([len(each) for each in prepared], np.uint8),
        np.concatenate([each.geometry for each in prepared]),
        np.concatenate([each.descriptors for each in prepared]),
        np.concatenate([each.minutia_index for each in prepared]),
        listed_minutiae([finger.lists for finger in fingers]),
        np.stack([each.ridge_map for each in prepared]),
    )


def joined(parts: Sequence[FingerColumns]) -> FingerColumns:
    """Return the fingers of all parts, at least one, of one position, in their order."""
    if len(parts) == 1:
        return parts[0]
    return FingerColumns(
        *(np.concatenate([getattr(part, each.name) for part in parts]) for each in _FIELDS)
    )


def are_same(fingers: FingerColumns, others: FingerColumns) -> bool:
    """Return whether these are the same fingers, whoever owns them."""
    return all(
        np.array_equal(getattr(fingers, each.name), getattr(others, each.name))
        for each in _FIELDS
        if each.name != "owner"
    )


def selected(fingers: FingerColumns, wanted: NDArray[np.bool_]) -> FingerColumns:
    """Return those of some fingers that are wanted, bool (n,)."""
    minutiae = np.repeat(wanted, fingers.minutiae)
    return FingerColumns(
        fingers.owner[wanted],
        fingers.embedding[wanted],
        fingers.minutiae[wanted],
        fingers.geometry[minutiae],
        fingers.descriptors[minutiae],
        fingers.minutia_index[minutiae],
        fingers.lists[wanted],
        fingers.ridge_map[wanted],
    )


def split(fingers: FingerColumns, count: int) -> Iterator[FingerColumns]:
    """Yield fingers in their order, so many at a time."""
    ends = np.cumsum(fingers.minutiae, dtype=np.int64)
    for first in range(0, len(ends), count):
        some = slice(first, first + count)
        minutiae = slice(ends[first] - fingers.minutiae[first], ends[some][-1])
        yield FingerColumns(
            fingers.owner[some],
            fingers.embedding[some],
            fingers.minutiae[some],
            fingers.geometry[minutiae],
            fingers.descriptors[minutiae],
            fingers.minutia_index[minutiae],
            fingers.lists[some],
            fingers.ridge_map[some],
        )


def listed_minutiae(lists: Sequence[ListNumbers]) -> ListedMinutiae:
    """Return the inverted lists of fingers as a column."""
    column = np.full((len(lists), LISTED_MINUTIAE), NO_LIST)
    for row, of_finger in enumerate(lists):
        column[row, : len(of_finger)] = of_finger[:, 0]
    return column


def _fingers_of(entries: Sequence[IndexEntry], position: int) -> FingerColumns:
    owners = [row for row, entry in enumerate(entries) if position in entry.fingers]
    return finger_columns_of(
        [entries[row].fingers[position] for row in owners], np.array(owners, np.int64)
    )


def _features(fingers: FingerColumns) -> Iterator[tuple[int, FingerFeatures]]:
    """Yield each finger, with the index of its encounter."""
    ends = np.cumsum(fingers.minutiae, dtype=np.int64).tolist()
    for row, owner in enumerate(fingers.owner.tolist()):
        minutiae = slice(ends[row] - int(fingers.minutiae[row]), ends[row])
        prepared = PreparedFinger(
            fingers.geometry[minutiae],
            fingers.descriptors[minutiae],
            fingers.minutia_index[minutiae],
            fingers.ridge_map[row],
        )
        listed = fingers.lists[row][fingers.lists[row] != NO_LIST, None]
        yield owner, FingerFeatures(fingers.embedding[row], prepared, listed)
