"""Entries go into an index, and what it holds comes out as entries again."""

from collections.abc import Sequence

from matcher.domain.change_token import ChangeToken
from matcher.domain.index_entry import IndexEntry
from matcher.index.frozen_index import FrozenIndex
from matcher.index.index_columns import entries_of
from matcher.index.memory_index import MemoryIndex


def index_of(entries: Sequence[IndexEntry]) -> MemoryIndex:
    """An index that holds these entries."""
    index = MemoryIndex(ChangeToken("", 0))
    index.update((), entries)
    return index


def entries_in(index: MemoryIndex) -> list[IndexEntry]:
    """What an index holds, in the order in which it was added."""
    with index.frozen() as frozen:
        return entries_when_frozen(frozen)


def entries_when_frozen(frozen: FrozenIndex) -> list[IndexEntry]:
    """What an index held when it was frozen, in the order in which it was added."""
    return [entry for part in frozen.parts() for entry in entries_of(part)]
