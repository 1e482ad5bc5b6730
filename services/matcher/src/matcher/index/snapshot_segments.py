"""Which files of segments does a snapshot name, and what are their rows called in it?"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.domain.shortlist import POSITIONS
from matcher.index.finger_segment import FingerSegment
from matcher.index.frozen_index import FrozenIndex
from matcher.index.index_columns import (
    EncounterColumns,
    SealedFingers,
    numbered,
    place_of,
)
from matcher.index.memory_index import MemoryIndex
from matcher.index.segment_file import SegmentFacts, SegmentFile
from matcher.index.segment_folder import is_segment_name

_MOST_ROWS = 1 << 40
"""More fingers, minutiae or descriptors can lie in no file."""

Rows = NDArray[np.int64]
FileNumbers = Mapping[int, Mapping[int, int]]
"""By position of the fingers, by number of a file: its other number."""


def named_files(frozen: FrozenIndex) -> tuple[list[SegmentFile], FileNumbers]:
    """Return the files of an index, and their places among these by their numbers in the index."""
    files: list[SegmentFile] = []
    places: dict[int, dict[int, int]] = {}
    for position, of_position in frozen.files.items():
        places[position] = {}
        for number, file in of_position.items():
            places[position][number] = len(files)
            files.append(file)
    return files, places


def use_files(index: MemoryIndex, files: Sequence[SegmentFile]) -> FileNumbers:
    """Put files into an index; return their numbers in it by their places among these."""
    numbers: dict[int, dict[int, int]] = {}
    for place, file in enumerate(files):
        number = index.add_segment(FingerSegment(file), file.facts.position)
        numbers.setdefault(file.facts.position, {})[place] = number
    return numbers


def renumbered(part: EncounterColumns, numbers: FileNumbers) -> EncounterColumns:
    """Return encounters whose fingers' files are called by their other numbers."""
    sealed = {
        position: SealedFingers(fingers.owner, _renumbered(fingers, numbers[position]))
        for position, fingers in part.sealed.items()
    }
    return replace(part, sealed=sealed)


def require_rows(part: EncounterColumns, files: Sequence[SegmentFile]) -> None:
    """Raise ValueError if a finger lies in none of these files, or in a row that it has not.

    Rows are called by the places of their files among these.
    """
    positions = np.array([file.facts.position for file in files], np.int64)
    fingers = np.array([file.facts.fingers for file in files], np.int64)
    for position, sealed in part.sealed.items():
        places, rows = place_of(sealed.row)
        if places.min() < 0 or places.max() >= len(files):
            raise ValueError("it tells of a segment that it does not name")
        if (positions[places] != position).any() or (rows >= fingers[places]).any():
            raise ValueError("it tells of a row that its segment has not")


def facts_of(stored: Any) -> list[SegmentFacts]:
    """Return what a header says of the files. Raises ValueError, KeyError or TypeError."""
    facts = [SegmentFacts(**each) for each in stored]
    for each in facts:
        counts = each.fingers, each.minutiae, each.descriptors
        is_named_so = is_segment_name(each.name) and each.position in POSITIONS
        if not is_named_so or min(counts) < 0 or max(counts) > _MOST_ROWS:
            raise ValueError("it names a segment that can be none")
    return facts


def stored_facts(files: Sequence[SegmentFile]) -> list[dict[str, object]]:
    """Return what the header of a snapshot says of its files."""
    return [asdict(file.facts) for file in files]


def _renumbered(fingers: SealedFingers, numbers: Mapping[int, int]) -> Rows:
    of_each, rows = place_of(fingers.row)
    file, place = np.unique(of_each, return_inverse=True)
    others = np.array([numbers[number] for number in file.tolist()], np.int64)
    return numbered(others[place], rows)
