"""How is the index searched while it is changed, saved and compacted?"""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager

import numpy as np
from numpy.typing import NDArray

from matcher.domain.change_token import ChangeToken
from matcher.domain.index_entry import FingerFeatures, IndexContents, IndexEntry
from matcher.domain.shortlist import ReferencePerson, SearchDepth, SearchScope, Shortlist
from matcher.index.compact import compact, needs_compaction
from matcher.index.compaction_plan import CompactionRules, Joining
from matcher.index.encounters_table import EncountersTable
from matcher.index.finger_segment import FingerSegment
from matcher.index.frozen_index import FrozenIndex
from matcher.index.id_table import NO_ROW, Ids
from matcher.index.index_columns import EncounterColumns, columns_of, selected, split
from matcher.index.ranked_persons import FoundByChannels, RankedPersons, ShardQuery
from matcher.index.read_write_lock import ReadWriteLock
from matcher.index.segment_folder import SegmentFolder
from matcher.index.table_search import TableSearch

_FINGERS_AT_ONCE = 128
"""Fingers put into memory without letting a search in between."""
_WIPED_AT_ONCE = 8
"""Removed encounters that are overwritten without letting a search in between."""
Rows = NDArray[np.int64]
_NO_ROWS = np.empty(0, np.int64)


class MemoryIndex:
    """Embeddings and prepared minutiae of all searched encounters.

    Thread-safe: searches run at the same time; a change waits until they end, and they for it.
    contents: what it holds of the database, the token and the sums always of one moment.
    size: persons, fingers, and bytes that their features take. unreadable: fingers left out.
    is_purged: whether no file holds a finger that was removed.
    """

    def __init__(self, change_token: ChangeToken) -> None:
        self._lock = ReadWriteLock()
        self._changing = threading.Lock()  # from a change's first finger to its publication
        self._compacting = threading.Lock()
        self._table = EncountersTable()
        self.contents = IndexContents(change_token, self._table.sums)
        self.size = self._table.size()
        self.unreadable = self._table.unreadable()
        self.is_purged = True

    def update(
        self,
        removed: Iterable[str],
        entries: Sequence[IndexEntry],
        change_token: ChangeToken | None = None,
    ) -> None:
        """Remove encounters, then add some; those that are there already are replaced.

        change_token: of the last change applied by this; None if the index stays at its state.
        """
        columns = columns_of([entry for entry in entries if entry.status.is_searched])
        removed = [*removed, *(entry.encounter_id for entry in entries)]
        self.replace(removed, columns, change_token)

    def replace(
        self,
        removed: Iterable[str],
        columns: EncounterColumns,
        change_token: ChangeToken | None = None,
    ) -> None:
        """Do the same with encounters that are columns already, all of them searched."""
        with self._changing:
            finger_rows = self._append_fingers(columns, self._held_fingers(columns))
            with self._lock.writing():
                self._table.update(removed, columns, finger_rows)
                self._tell(change_token or self.change_token)
        self._wipe()

    @property
    def change_token(self) -> ChangeToken:
        """The token of the last change it has applied."""
        return self.contents.change_token

    def add(self, columns: EncounterColumns) -> None:
        """Add encounters of the state that the index is at. Raises ValueError if one is there."""
        with self._changing:
            finger_rows = self._append_fingers(columns, {})
            with self._lock.writing():
                self._table.add(columns, finger_rows)
                self._tell(self.change_token)

    def _held_fingers(self, columns: EncounterColumns) -> dict[int, NDArray[np.bool_]]:
        """Return which fingers their encounters have already, and may keep: by position."""
        held = {}
        for position, fingers in columns.fingers.items():
            parts = []
            for some in split(fingers, _FINGERS_AT_ONCE):
                with self._lock.reading():
                    ids = columns.encounter_id[some.owner]
                    parts.append(self._table.held_fingers(position, ids, some))
            held[position] = np.concatenate(parts)
        return held

    def _append_fingers(
        self, columns: EncounterColumns, held: Mapping[int, NDArray[np.bool_]]
    ) -> dict[int, Rows]:
        """Put fingers into memory, where no search finds them yet, some at a time.

        held: those that are there, by position; their row is NO_ROW.
        """
        rows = {}
        for position, fingers in columns.fingers.items():
            is_new = ~held.get(position, np.zeros(len(fingers.owner), np.bool_))
            new = fingers if is_new.all() else selected(fingers, is_new)
            rows[position] = np.full(len(fingers.owner), NO_ROW)
            parts = [_NO_ROWS]
            for some in split(new, _FINGERS_AT_ONCE):
                with self._lock.writing():
                    parts.append(self._table.append_fingers(position, some))
            rows[position][is_new] = np.concatenate(parts)
        return rows

    def add_segment(self, segment: FingerSegment, position: int) -> int:
        """Put a segment that was sealed beside others, none of whose fingers is found yet.

        Returns its number.
        """
        with self._lock.writing():
            number = self._table.add_segment(position, segment)
            self._tell(self.change_token)
        return number

    @contextmanager
    def frozen(self) -> Iterator[FrozenIndex]:
        """Let the present state be read, while searches and changes go on.

        What is removed meanwhile is found no more, but overwritten only afterwards. Waits for a
        compaction that is under way, as that forgets segments.
        """
        with ExitStack() as until_read:
            with self._compacting:
                frozen = until_read.enter_context(self._frozen())
            yield frozen

    @contextmanager
    def _frozen(self) -> Iterator[FrozenIndex]:
        with self._lock.writing():
            table = self._table
            frozen = FrozenIndex(
                self.change_token, self._lock, table, table.freeze(), table.files()
            )
        try:
            yield frozen
        finally:
            with self._lock.writing():
                self._table.thaw()
            self._wipe()

    def compact(
        self,
        folder: SegmentFolder | None = None,
        *,
        purge: bool = False,
        joining: Joining = Joining.AS_USUAL,
    ) -> bool:
        """Seal segments, and give back the room of fingers that were removed.

        Searches and changes go on. Returns whether it did: if there are segments to be written
        anew, and the index is not frozen. folder: for files of segments; None to keep all in
        memory. purge: whether removed fingers leave the files, which takes up to PURGE_STEPS calls.
        Raises OSError.
        """
        rules = CompactionRules(folder is not None, purge, joining)
        with self._compacting:
            with self._lock.reading():
                if not needs_compaction(self._table, rules):
                    return False
            try:
                with self._frozen():
                    return compact(self._table, self._lock, self._changing, rules, folder)
            finally:
                with self._lock.writing():
                    self._tell(self.change_token)

    def _wipe(self) -> None:
        is_left = True
        while is_left:
            with self._lock.writing():
                is_left = self._table.wipe(_WIPED_AT_ONCE)

    def _tell(self, change_token: ChangeToken) -> None:
        """Publish what the index holds now, under the lock."""
        self.contents = IndexContents(change_token, self._table.sums)
        self.size = self._table.size()
        self.unreadable = self._table.unreadable()
        self.is_purged = self._table.is_purged()

    def examine(self, after: int, last: int) -> tuple[dict[str, int], list[str]]:
        """Return the checksums of encounters by id, and the ids of those that memory has altered.

        Of those that a change after the one and up to the other added; about 30 us each.
        """
        with self._lock.reading():
            return self._table.examine(after, last)

    def search(
        self,
        probe: Mapping[int, FingerFeatures],
        scope: SearchScope,
        depth: SearchDepth,
        *,
        any_position: bool = False,
        also: Sequence[str] = (),
    ) -> Shortlist:
        """Return the persons of highest prefilter score among all, or those that a channel finds.

        The channels are the similarity of embeddings, and votes of local descriptors. However many
        encounters a person has, it takes one place. Takes about 1.5 us for each finger prefiltered.
        probe: by finger position. any_position: whether each finger of the probe is compared with
        the fingers of all positions, or of all but the stated, as the depth says; the shortlist
        then has the fingers of all positions. also: persons that are shortlisted in any case.
        """
        query = ShardQuery(probe, scope, depth, any_position, also)
        with self._lock.reading():
            return TableSearch(self._table, query).shortlist(self.change_token)

    def find(self, query: ShardQuery, similar: int, voted: int) -> FoundByChannels:
        """Return what the channels find: so many first persons of each ranking, with scores."""
        with self._lock.reading():
            return TableSearch(self._table, query).find(similar, voted)

    def prefilter(self, query: ShardQuery, person_ids: Ids | None, depth: int) -> RankedPersons:
        """Return the ``depth`` first persons by each prefilter score, and by their sum.

        person_ids: of whom; None for everybody. Those that are not there are left out.
        """
        with self._lock.reading():
            return TableSearch(self._table, query).prefilter(person_ids, depth)

    def reference_persons(self, query: ShardQuery, person_ids: Ids) -> list[ReferencePerson]:
        """Return persons with the fingers that are compared, those that are there and have such."""
        with self._lock.reading():
            return TableSearch(self._table, query).reference_persons(person_ids)
