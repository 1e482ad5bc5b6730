"""When is a snapshot written, so that a start is fast and nobody deleted stays in one for long?"""

import asyncio
import math
import threading
import time
from collections.abc import Callable
from pathlib import Path

from matcher.index import snapshot
from matcher.index.compaction_plan import PURGE_STEPS
from matcher.index.index_loader import IndexLoader, LoadedIndex
from matcher.index.memory_index import MemoryIndex


class IndexSnapshots:
    """The snapshots of an index, in the file of its loader; none are written if it has no file.

    change: number of the last one; None if there is none of the index in use.
    """

    def __init__(self, loader: IndexLoader) -> None:
        self._loader = loader
        self._writing = threading.Lock()
        self._first_deletion: float | None = None  # since the last one, monotonic seconds
        self.change: int | None = None

    async def save(self, index: MemoryIndex, is_in_use: Callable[[], bool]) -> None:
        """Write a snapshot, if a file is configured and the last one is not of the present state.

        Before, files of segments that hold removed fingers are written anew. Those that were
        removed while that was done are still in the files of a snapshot of the present state: it is
        written again. That of an index which is in use no more, as it is in doubt, is given up.

        Raises OSError.
        """
        file = self._loader.snapshot_file
        if file is None:
            return
        if index.is_purged and index.change_token.number == self.change:
            return
        first_deletion, self._first_deletion = self._first_deletion, None
        try:
            number = await asyncio.to_thread(self._write, file, index, is_in_use)
        except BaseException:
            self._first_deletion = first_deletion or self._first_deletion
            raise
        if is_in_use():  # else another is, of which no snapshot is written yet
            self.change = number

    def remove(self) -> None:
        """Remove the snapshot, if there is one, so that the index is read from the database."""
        if self._loader.snapshot_file is not None:
            self._loader.snapshot_file.unlink(missing_ok=True)

    def are_of(self, loaded: LoadedIndex) -> None:
        """Note that a loaded index is in use from now on."""
        self.change = loaded.snapshot_change
        file = self._loader.snapshot_file
        if loaded.snapshot_change is None and file is not None and file.exists():
            self.note_deletion_before()  # nobody knows whom an older file holds

    def note_deletion(self) -> None:
        """Note that an encounter was deleted, which the last snapshot may hold."""
        self._first_deletion = self._first_deletion or time.monotonic()

    def note_deletion_before(self) -> None:
        """Note that the last snapshot holds an encounter that was deleted nobody knows when."""
        self._first_deletion = -math.inf

    def is_due(self, index: MemoryIndex, interval_changes: int, deleted_seconds: float) -> bool:
        """Return whether a new snapshot is due.

        It is if at least ``interval_changes`` were applied since the last one, or if that one has
        held an encounter that was deleted since for at least ``deleted_seconds``, as one that the
        index in use was not read from may have.
        """
        deleted = self._first_deletion
        if deleted is not None and time.monotonic() - deleted >= deleted_seconds:
            return True
        return index.change_token.number - (self.change or 0) >= interval_changes

    def _write(self, file: Path, index: MemoryIndex, is_in_use: Callable[[], bool]) -> int:
        # A save that is cancelled, as when the service ends, goes on in its thread: wait for it.
        with self._writing:
            for _ in range(PURGE_STEPS):
                try:
                    is_purging = index.compact(self._loader.segment_folder, purge=True)
                finally:  # also if the disk is full: it gives back the room of old files
                    number = self._write_present(file, index, is_in_use)
                if index.is_purged or not is_purging:
                    break
        return number

    def _write_present(self, file: Path, index: MemoryIndex, is_in_use: Callable[[], bool]) -> int:
        with index.frozen() as frozen:
            header = self._loader.snapshot_header(frozen.change_token)
            snapshot.write(file, header, frozen, is_in_use)
        return frozen.change_token.number
