"""How do columns of encounters become bytes of a snapshot, and back?

A part of a snapshot holds some encounters: how long each of its columns is, then the columns as
they lie in memory; that of the maps of a position is empty if no finger has one. Their types are
known from the format, so a file cannot bring others.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.comparison.descriptor_quantizer import LISTED_MINUTIAE
from matcher.domain.encounter import EncounterStatus
from matcher.domain.shortlist import POSITIONS
from matcher.index.id_table import ID_BYTES
from matcher.index.index_columns import EncounterColumns, FingerColumns, SealedFingers
from matcher.ridge_map import MAX_MAP_BYTES

_ENCOUNTER = {
    "encounter_id": (f"S{ID_BYTES}", ()),
    "person_id": (f"S{ID_BYTES}", ()),
    "status": ("u1", ()),
    "added_by_change": ("i8", ()),
    "unreadable": ("u2", ()),
    "checksum": ("u8", ()),
    "memory_checksum": ("u4", ()),
    "galleries": ("i4", ()),
}
_FINGER = {
    "owner": ("i8", ()),
    "embedding": ("f2", (256,)),
    "minutiae": ("u1", ()),
    "geometry": ("i2", (4,)),
    "descriptors": ("u8", (4,)),
    "minutia_index": ("u1", ()),
    "lists": ("u2", (LISTED_MINUTIAE,)),
    "ridge_map": ("u1", (MAX_MAP_BYTES,)),
}
_SEALED = {"owner": ("i8", ()), "row": ("i8", ())}
_LENGTHS = len(_ENCOUNTER) + 1 + len(POSITIONS) * (len(_FINGER) + len(_SEALED))
_ALIGNMENT = 8
_LENGTH = np.dtype("<i8")
LENGTHS_BYTES = _LENGTHS * _LENGTH.itemsize
"""Bytes of a part that tell how long its columns are."""
_STATUSES = [int(status) for status in EncounterStatus]

_NO_SEALED = SealedFingers(np.empty(0, np.int64), np.empty(0, np.int64))

Column = NDArray[Any]


def pieces_of(part: EncounterColumns) -> Iterator[bytes | memoryview]:
    """Yield a part of a snapshot, piece by piece."""
    names = np.frombuffer(json.dumps(part.gallery_sets).encode(), np.uint8)
    columns = [*(getattr(part, name) for name in _ENCOUNTER), names]
    for position in POSITIONS:
        fingers = part.fingers.get(position)
        columns += [
            np.empty((0, *shape), dtype) if fingers is None else getattr(fingers, name)
            for name, (dtype, shape) in _FINGER.items()
        ]
        if not columns[-1].any():  # no finger has a map
            columns[-1] = columns[-1][:0]
    for position in POSITIONS:
        sealed = part.sealed.get(position, _NO_SEALED)
        columns += [getattr(sealed, name) for name in _SEALED]
    yield np.array([len(column) for column in columns], _LENGTH).tobytes()
    for column in columns:
        yield np.ascontiguousarray(column).view(np.uint8).reshape(-1).data
        yield bytes(-column.nbytes % _ALIGNMENT)


def part_bytes(lengths: bytes) -> int:
    """Return how many bytes follow these lengths. Raises ValueError for none that can be."""
    return sum(
        _padded(length, *shape) for length, shape in zip(_read(lengths), _shapes(), strict=True)
    )


def part_of(lengths: bytes, content: bytes) -> EncounterColumns:
    """Return the columns of a part. Raises ValueError for what `pieces_of` did not make."""
    columns, start = [], 0
    for length, (dtype, shape) in zip(_read(lengths), _shapes(), strict=True):
        count = length * int(np.prod(shape, dtype=np.int64))
        columns.append(np.frombuffer(content, dtype, count, start).reshape(length, *shape))
        start += _padded(length, dtype, shape)
    encounter = dict(zip(_ENCOUNTER, columns, strict=False))
    names, rest = columns[len(_ENCOUNTER)], columns[len(_ENCOUNTER) + 1 :]
    end_of_fingers = len(POSITIONS) * len(_FINGER)
    fingers = {
        position: _with_maps(FingerColumns(*of_position))
        for position, of_position in _by_position(rest[:end_of_fingers], len(_FINGER))
    }
    sealed = {
        position: SealedFingers(*of_position)
        for position, of_position in _by_position(rest[end_of_fingers:], len(_SEALED))
    }
    gallery_sets = [tuple(each) for each in json.loads(names.tobytes())]
    part = EncounterColumns(**encounter, gallery_sets=gallery_sets, fingers=fingers, sealed=sealed)
    _require_whole(encounter, part)
    return part


def _with_maps(fingers: FingerColumns) -> FingerColumns:
    """Return fingers without maps with blank ones."""
    if len(fingers.ridge_map):
        return fingers
    return replace(fingers, ridge_map=np.zeros((len(fingers.owner), MAX_MAP_BYTES), np.uint8))


def _require_whole(encounter: Mapping[str, Column], part: EncounterColumns) -> None:
    """Raise ValueError for columns that do not fit each other."""
    fits = all(len(column) == len(part) for column in encounter.values())
    fits &= bool(np.isin(part.status, _STATUSES).all())
    fits &= _are_rows(part.galleries, len(part.gallery_sets))
    for fingers in part.fingers.values():
        minutiae = int(fingers.minutiae.sum(dtype=np.int64))
        fits &= _are_rows(fingers.owner, len(part))
        fits &= len(fingers.owner) == len(fingers.embedding) == len(fingers.minutiae)
        fits &= len(fingers.owner) == len(fingers.lists) == len(fingers.ridge_map)
        fits &= minutiae == len(fingers.geometry) == len(fingers.descriptors)
        fits &= minutiae == len(fingers.minutia_index)
    for sealed in part.sealed.values():
        fits &= _are_rows(sealed.owner, len(part))
        fits &= len(sealed.owner) == len(sealed.row)
    if not fits:
        raise ValueError("its columns do not fit each other")


def _are_rows(numbers: NDArray[np.integer], count: int) -> bool:
    return not len(numbers) or (int(numbers.min()) >= 0 and int(numbers.max()) < count)


def _by_position(columns: Sequence[Column], count: int) -> Iterator[tuple[int, Sequence[Column]]]:
    """Yield each position that has fingers, and its columns; there are so many for each."""
    for index, position in enumerate(POSITIONS):
        of_position = columns[index * count : (index + 1) * count]
        if len(of_position[0]):
            yield position, of_position


def _shapes() -> list[tuple[str, tuple[int, ...]]]:
    fingers = [*_FINGER.values()] * len(POSITIONS)
    return [*_ENCOUNTER.values(), ("u1", ()), *fingers, *[*_SEALED.values()] * len(POSITIONS)]


def _read(lengths: bytes) -> list[int]:
    found: list[int] = np.frombuffer(lengths, _LENGTH, _LENGTHS).tolist()
    if min(found) < 0:
        raise ValueError("a column of it has no length")
    return found


def _padded(length: int, dtype: str, shape: tuple[int, ...]) -> int:
    size = length * np.dtype(dtype).itemsize * int(np.prod(shape, dtype=np.int64))
    return size + -size % _ALIGNMENT
