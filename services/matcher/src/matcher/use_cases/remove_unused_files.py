"""When are the files of bundles removed that are not in use any more?"""

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime, timedelta

_FIRST_PAUSE = timedelta(seconds=5)
_LONGEST_PAUSE = timedelta(minutes=10)


class RemoveUnusedFiles:
    """Removes files of bundles as soon as they are of no use, and again until they are gone.

    An attempt looks through all objects of the process for an index that may still be in use, so
    that each is made after twice the pause of the one before. remove: removes the files of all
    bundles but these, and returns whether all are gone. now: real time.
    """

    def __init__(
        self, remove: Callable[[Collection[str]], Awaitable[bool]], now: Callable[[], datetime]
    ) -> None:
        self._remove = remove
        self._now = now
        self._in_use: frozenset[str] = frozenset()
        self._is_clean = False
        self._pause = _FIRST_PAUSE
        self._not_before = now()

    async def __call__(self, in_use: frozenset[str]) -> None:
        """Remove the files of all bundles but these, if it is time."""
        if in_use != self._in_use:
            self._in_use, self._is_clean = in_use, False
            self._pause, self._not_before = _FIRST_PAUSE, self._now()
        if self._is_clean or self._now() < self._not_before:
            return
        self._is_clean = await self._remove(in_use)
        self._not_before = self._now() + self._pause
        self._pause = min(2 * self._pause, _LONGEST_PAUSE)
