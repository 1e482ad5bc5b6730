"""How is the room of removed fingers given back, while searches and changes go on?

Segments that have lost many rows are copied beside themselves. Then encounters are moved to the
copy, some at a time: at any moment each finger is found once, in the one or the other.
"""

import threading

import numpy as np

from matcher.index.encounters_table import EncountersTable
from matcher.index.finger_segment import NO_OWNER, FingerSegment
from matcher.index.position_fingers import Compaction, PositionFingers
from matcher.index.read_write_lock import ReadWriteLock

_COPIED_AT_ONCE = 1_024
"""Rows: about 4 MB, 2 ms in which no other thread runs Python."""
_MOVED_AT_ONCE = 16_384
"""Rows: less than a millisecond in which nobody else may use the index."""


def needs_compaction(table: EncountersTable) -> bool:
    """Return whether a position has a segment that has lost many rows."""
    return any(fingers.needs_compaction() for fingers in table.fingers.values())


def compact(table: EncountersTable, lock: ReadWriteLock, changing: threading.Lock) -> bool:
    """Copy what is left in segments that have lost many rows, and forget these.

    changing: is held while fingers are there that will be given to encounters. The caller has
    frozen the table; returns False if somebody else has too, who may read them.
    """
    spares = {position: FingerSegment() for position in table.fingers}
    with changing, lock.writing():
        if table.freezes > 1:
            return False
        begun = [
            (fingers, fingers.begin_compaction(spares[position]))
            for position, fingers in table.fingers.items()
            if position in spares and fingers.needs_compaction()
        ]
    for fingers, compaction in begun:
        _replace(fingers, compaction, lock)
    return True


def _replace(fingers: PositionFingers, compaction: Compaction, lock: ReadWriteLock) -> None:
    compacted, first = FingerSegment(), 0
    for some in compaction.present_rows(_COPIED_AT_ONCE):
        copied = some.segment.columns(some.rows, some.owners)
        compacted.extend(copied, np.full(len(some.rows), NO_OWNER))
    with lock.writing():
        number = fingers.use_compacted(compacted)
    for some in compaction.present_rows(_MOVED_AT_ONCE):
        with lock.writing():
            fingers.move(number, first, some)
        first += len(some.rows)
    with lock.writing():
        fingers.end_compaction(compaction)
