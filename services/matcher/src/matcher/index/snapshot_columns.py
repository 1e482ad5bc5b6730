"""How do the entries of the index become columns of a snapshot, and back?"""

from collections.abc import Sequence
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
    }
    for position in sorted({position for entry in entries for position in entry.fingers}):
        owners = [row for row, entry in enumerate(entries) if position in entry.fingers]
        fingers = _finger_columns([entries[owner].fingers[position] for owner in owners])
        columns |= {f"{name}_{position}": column for name, column in fingers.items()}
        columns[f"owner_{position}"] = np.array(owners, np.int64)
    return columns


def _finger_columns(fingers: Sequence[FingerFeatures]) -> Columns:
    prepared = [finger.prepared for finger in fingers]
    return {
        "embedding": np.stack([finger.embedding for finger in fingers]),
        "minutiae": np.array([len(each) for each in prepared], np.uint8),
        "geometry": np.concatenate([each.geometry for each in prepared]),
        "descriptors": np.concatenate([each.descriptors for each in prepared]),
        "minutia_index": np.concatenate([each.minutia_index for each in prepared]),
    }


def entries_of(columns: Columns) -> list[IndexEntry]:
    """Return the entries that `columns_of` was given.

    Raises KeyError, TypeError or ValueError for columns that it did not make.
    """
    ids, persons, statuses, added = (
        columns[name].tolist()
        for name in ("encounter_id", "person_id", "status", "added_by_change")
    )
    fingers: list[dict[int, FingerFeatures]] = [{} for _ in ids]
    for position in _POSITIONS:
        if f"owner_{position}" in columns:
            for owner, finger in _fingers(columns, position):
                fingers[owner][position] = finger
    return [
        IndexEntry(
            ids[row].decode(),
            persons[row].decode(),
            EncounterStatus(statuses[row]),
            added[row],
            fingers[row],
        )
        for row in range(len(ids))
    ]


def _fingers(columns: Columns, position: int) -> list[tuple[int, FingerFeatures]]:
    """Return the fingers of a position, each with the row of its encounter."""
    owner, embedding, minutiae, geometry, descriptors, minutia_index = (
        columns[f"{name}_{position}"]
        for name in (
            "owner",
            "embedding",
            "minutiae",
            "geometry",
            "descriptors",
            "minutia_index",
        )
    )
    ends = np.cumsum(minutiae, dtype=np.int64)
    parts = [slice(end - count, end) for end, count in np.stack([ends, minutiae], axis=-1)]
    return [
        (
            int(owner[row]),
            FingerFeatures(
                embedding[row],
                PreparedFinger(geometry[part], descriptors[part], minutia_index[part]),
            ),
        )
        for row, part in enumerate(parts)
    ]
