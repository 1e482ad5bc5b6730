"""Which encounters each person has, and how many persons there were at any change."""

from bisect import bisect_left, insort


class People:
    """Persons with at least one encounter, by the numbers the gallery gives these."""

    def __init__(self) -> None:
        self._encounters: dict[str, list[tuple[int, int]]] = {}
        self._first_added: list[int] = []

    def add(self, person_id: str, added: int, number: int) -> None:
        """File an encounter. added: the change that added it."""
        self._refile(person_id, sorted([*self._encounters.get(person_id, ()), (added, number)]))

    def remove(self, person_id: str, number: int) -> None:
        """Take an encounter out; a person without any is gone."""
        kept = [each for each in self._encounters[person_id] if each[1] != number]
        self._refile(person_id, kept)

    def encounters(self, person_id: str) -> list[int]:
        """The numbers of a person's encounters, newest first."""
        return [number for _, number in reversed(self._encounters.get(person_id, ()))]

    def count(self, before: int | None = None) -> int:
        """How many persons there are, or were before a change."""
        if before is None:
            return len(self._first_added)
        return bisect_left(self._first_added, before)

    def _refile(self, person_id: str, encounters: list[tuple[int, int]]) -> None:
        filed = self._encounters.pop(person_id, None)
        if filed:
            del self._first_added[bisect_left(self._first_added, filed[0][0])]
        if encounters:
            self._encounters[person_id] = encounters
            insort(self._first_added, encounters[0][0])
