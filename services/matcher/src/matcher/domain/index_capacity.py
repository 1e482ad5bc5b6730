"""How many more people can the index hold? Its memory is what limits it."""

from dataclasses import dataclass

from matcher.domain.index_entry import IndexState

_NEARLY_FULL = 0.9
"""Share of the memory that may be used, from which administrators are warned."""


@dataclass(frozen=True, slots=True)
class IndexCapacity:
    """The memory that the index may take, bytes; None if nobody has said."""

    limit_bytes: int | None

    def people_left(self, index: IndexState) -> int | None:
        """Return about how many more people fit, if they take as much each as those on record.

        None if no limit is set or nobody is on record yet; 0 beyond the limit.
        """
        if self.limit_bytes is None or not index.people:
            return None
        return max(0, (self.limit_bytes - index.size_bytes) * index.people // index.size_bytes)

    def is_nearly_full(self, index: IndexState) -> bool:
        """Return whether it is time to think of more memory."""
        return self.limit_bytes is not None and index.size_bytes >= _NEARLY_FULL * self.limit_bytes
