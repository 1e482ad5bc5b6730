"""How are segments sealed, and room of removed fingers given back, while searches go on?

What is left of segments is copied beside them, to a file where there are files. Then encounters are
moved to the copy, some at a time: at any moment each finger is found once, in the one or the other.
"""

import threading

import numpy as np

from matcher.comparison.descriptor_quantizer import MOST_LISTS
from matcher.index.compaction_plan import Compaction, CompactionRules
from matcher.index.encounters_table import EncountersTable
from matcher.index.finger_segment import NO_OWNER, FingerSegment
from matcher.index.position_fingers import PositionFingers
from matcher.index.read_write_lock import ReadWriteLock
from matcher.index.segment_file import SegmentFacts, write_segment
from matcher.index.segment_folder import SegmentFolder

_COUNTED_AT_ONCE = 4_096
"""Rows: a millisecond in which no other thread runs Python."""
_MOVED_AT_ONCE = 16_384
"""Rows: less than a millisecond in which nobody else may use the index."""


def needs_compaction(table: EncountersTable, rules: CompactionRules) -> bool:
    """Return whether a position has segments to be written anew."""
    return any(fingers.needs_compaction(rules) for fingers in table.fingers.values())


def compact(
    table: EncountersTable,
    lock: ReadWriteLock,
    changing: threading.Lock,
    rules: CompactionRules,
    folder: SegmentFolder | None,
) -> bool:
    """Copy what is left in segments that are to be written anew, and forget these.

    changing: is held while fingers are there that will be given to encounters. folder: for files.
    The caller has frozen the table; returns False if somebody else has too, who may read them.
    Raises OSError; the segments that were not written anew stay in use then.
    """
    spares = {position: FingerSegment() for position in table.fingers}
    with changing, lock.writing():
        if table.freezes > 1:
            return False
        chosen = [
            (
                position,
                table.fingers[position],
                table.fingers[position].begin_compaction(spare, rules),
            )
            for position, spare in spares.items()
        ]
    try:
        for position, fingers, groups in chosen:
            for group in groups:
                with lock.reading():
                    compaction = fingers.compaction_of(group)
                _replace(position, fingers, compaction, lock, folder)
    finally:
        with lock.writing():
            for _, fingers, _ in chosen:
                fingers.end_compaction()
    return True


def _replace(
    position: int,
    fingers: PositionFingers,
    compaction: Compaction,
    lock: ReadWriteLock,
    folder: SegmentFolder | None,
) -> None:
    if not any((owners != NO_OWNER).any() for owners in compaction.owners):
        with lock.writing():
            fingers.forget(compaction)
        return
    first = 0
    compacted = _copied(compaction) if folder is None else _sealed(position, compaction, folder)
    with lock.writing():
        number = fingers.add_segment(compacted)
    for some in compaction.present_rows(_MOVED_AT_ONCE):
        with lock.writing():
            fingers.move(number, first, some)
        first += len(some.rows)
    with lock.writing():
        fingers.forget(compaction)


def _copied(compaction: Compaction) -> FingerSegment:
    copy = FingerSegment()
    for part in compaction.parts():
        copy.extend(part, np.full(len(part.owner), NO_OWNER))
    return copy


def _sealed(position: int, compaction: Compaction, folder: SegmentFolder) -> FingerSegment:
    count = minutiae = 0
    maps = False
    list_sizes = np.zeros(MOST_LISTS, np.uint64)
    for some in compaction.present_rows(_COUNTED_AT_ONCE):
        count += len(some.rows)
        minutiae += some.segment.minutiae(some.rows)
        list_sizes += some.segment.list_sizes(some.rows)
        maps |= some.segment.have_maps(some.rows)
    path = folder.new_file()
    facts = SegmentFacts(path.name, position, count, minutiae, int(list_sizes.sum()), maps, "")
    return FingerSegment(write_segment(path, facts, list_sizes, compaction.parts()))
