"""Which row of the index's tables does a new encounter or person get?"""


class RowIds:
    """Hands out row numbers 0, 1, 2 and so on; released ones are used again first."""

    def __init__(self) -> None:
        self._next = 0
        self._released: list[int] = []

    def allocate(self) -> int:
        """Return a row number that is not in use."""
        if self._released:
            return self._released.pop()
        self._next += 1
        return self._next - 1

    def release(self, row: int) -> None:
        """Let the row number be used again."""
        self._released.append(row)
