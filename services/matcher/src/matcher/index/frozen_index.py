"""How is one state of the index read while it goes on changing?"""

from collections.abc import Collection, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from matcher.domain.change_token import ChangeToken
from matcher.index.encounters_table import EncountersTable
from matcher.index.index_columns import EncounterColumns
from matcher.index.read_write_lock import ReadWriteLock
from matcher.index.segment_file import SegmentFile

NO_FILES: Mapping[int, Collection[int]] = {}

_ENCOUNTERS_AT_ONCE = 512
"""Encounters copied without letting a change in between: about 2 MB, a millisecond."""


class FrozenIndex:
    """The encounters that an index held at one moment; see `MemoryIndex.frozen`.

    change_token: the state of the database that it held then. rows: of the table, in use then.
    files: of sealed segments, by position and number of the segment.
    """

    def __init__(
        self,
        change_token: ChangeToken,
        lock: ReadWriteLock,
        table: EncountersTable,
        rows: NDArray[np.int64],
        files: Mapping[int, Mapping[int, SegmentFile]],
    ) -> None:
        self.change_token = change_token
        self._lock = lock
        self._table = table
        self._rows = rows
        self.files = files

    def __len__(self) -> int:
        """Return how many encounters there are."""
        return len(self._rows)

    def parts(self, files: Mapping[int, Collection[int]] = NO_FILES) -> Iterator[EncounterColumns]:
        """Copy all encounters, some at a time, in the order in which they were added.

        files: those whose fingers are not copied: it is told where they are.
        """
        with self._lock.reading():
            added = self._table.added_by(self._rows)
        rows = self._rows[np.argsort(added, kind="stable")]
        for start in range(0, len(rows), _ENCOUNTERS_AT_ONCE):
            with self._lock.reading():
                part = self._table.columns(rows[start : start + _ENCOUNTERS_AT_ONCE], files)
            yield part
