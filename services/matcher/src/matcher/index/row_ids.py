"""Small numbers to name things by, used again when a thing is gone."""


class RowIds:
    """Hands out 0, 1, 2 and so on; what is given back goes first."""

    def __init__(self) -> None:
        self._next = 0
        self._free: list[int] = []

    def take(self) -> int:
        """A number nobody has."""
        if self._free:
            return self._free.pop()
        self._next += 1
        return self._next - 1

    def give_back(self, number: int) -> None:
        """Let somebody else have it."""
        self._free.append(number)
