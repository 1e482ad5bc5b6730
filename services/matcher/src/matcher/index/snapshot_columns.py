"""How do the entries of the index become columns of a snapshot, and back?"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.comparison.comparator import PreparedFinger
from matcher.domain.encounter import EncounterStatus
from matcher.domain.index_entry import FingerFeatures, IndexEntry

_ID = "S64"
_POSITIONS = range(1, 11)
Columns = dict[str, NDArray[Any]]


def columns_of(entries: Sequence[IndexEntry]) -> Columns:
    """Return entries as columns: of encounters, and of fingers by position.

    A column of fingers has its position in its name; `owner` is the row of the encounter.
    """
    columns: Columns = {
        "encounter_id": np.array([entry.encounter_id for entry in entries], _ID),
        "person_id": np.array([entry.person_id for entry in entries], _ID),
        "status": np.array([entry.status for entry in entries], np.uint8),
        "added_by_change": np.array([entry.added_by_change for entry in entries], np.int64),
        "checksum": np.array([entry.checksum for entry in entries], np.uint64),
        "unreadable": np.array([_bits(entry.unreadable) for entry in entries], np.uint16),
    }
    for position in sorted({position for entry in entries for position in entry.fingers}):
        owners = [row for row, entry in enumerate(entries) if position in entry.fingers]
        fingers = _finger_columns([entries[owner].fingers[position] for owner in owners])
        columns |= {f"{name}_{position}": column for name, column in fingers.items()}
        columns[f"owner_{position}"] = np.array(owners, np.int64)
    return columns | _gallery_columns(entries)


def _gallery_columns(entries: Sequence[IndexEntry]) -> Columns:
    """Return each membership as the row of the encounter and the number of the gallery's name."""
    names = sorted({gallery for entry in entries for gallery in entry.galleries})
    numbers = {name: number for number, name in enumerate(names)}
    members = [(row, numbers[g]) for row, entry in enumerate(entries) for g in entry.galleries]
    return {
        "gallery_name": np.array(names, _ID),
        "gallery_member": np.array(members, np.int64).reshape(-1, 2),
    }


def _bits(positions: Iterable[int]) -> int:
    """Return a number whose bits 1 to 10 are set for these positions."""
    return sum(1 << position for position in positions)


def _finger_columns(fingers: Sequence[FingerFeatures]) -> Columns:
    prepared = [finger.prepared for finger in fingers]
    return {
        "embedding": np.stack([finger.embedding for finger in fingers]),
        "minutiae": np.array([len(each) for each in prepared], np.uint8),
        "geometry": np.concatenate([each.geometry for each in prepared]),
        "descriptors": np.concatenate([each.descriptors for each in prepared]),
        "minutia_index": np.concatenate([each.minutia_index for each in prepared]),
        "listed": np.array([len(finger.lists) for finger in fingers], np.uint8),
        "lists": np.concatenate([finger.lists[:, 0] for finger in fingers]),
    }


def entries_of(columns: Columns) -> list[IndexEntry]:
    """Return the entries that `columns_of` was given.

    Raises KeyError, TypeError or ValueError for columns that it did not make.
    """
    ids, persons, statuses, added, unreadable, checksums = (
        columns[name].tolist()
        for name in (
            "encounter_id",
            "person_id",
            "status",
            "added_by_change",
            "unreadable",
            "checksum",
        )
    )
    fingers: list[dict[int, FingerFeatures]] = [{} for _ in ids]
    for position in _POSITIONS:
        if f"owner_{position}" in columns:
            for owner, finger in _fingers(columns, position):
                fingers[owner][position] = finger
    galleries: list[list[str]] = [[] for _ in ids]
    names = [name.decode() for name in columns["gallery_name"].tolist()]
    for row, number in columns["gallery_member"].tolist():
        galleries[row].append(names[number])
    return [
        IndexEntry(
            ids[row].decode(),
            persons[row].decode(),
            EncounterStatus(statuses[row]),
            added[row],
            fingers[row],
            tuple(position for position in _POSITIONS if unreadable[row] >> position & 1),
            tuple(galleries[row]),
            checksums[row],
        )
        for row in range(len(ids))
    ]


def _fingers(columns: Columns, position: int) -> list[tuple[int, FingerFeatures]]:
    """Return the fingers of a position, each with the row of its encounter."""
    columns_of_position = {
        name: columns[f"{name}_{position}"]
        for name in ("owner", "embedding", "geometry", "descriptors", "minutia_index", "lists")
    }
    owner, embedding, geometry, descriptors, minutia_index, lists = columns_of_position.values()
    parts = _parts(columns[f"minutiae_{position}"])
    listed = _parts(columns[f"listed_{position}"])
    return [
        (
            int(owner[row]),
            FingerFeatures(
                embedding[row],
                PreparedFinger(geometry[part], descriptors[part], minutia_index[part]),
                lists[listed[row], None],
            ),
        )
        for row, part in enumerate(parts)
    ]


def _parts(counts: NDArray[np.uint8]) -> list[slice]:
    """Return where each finger's minutiae lie, of fingers laid end to end."""
    ends = np.cumsum(counts, dtype=np.int64)
    return [slice(end - count, end) for end, count in np.stack([ends, counts], axis=-1)]
