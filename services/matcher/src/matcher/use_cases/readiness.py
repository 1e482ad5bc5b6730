"""Which calls can be served now?"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from enum import IntEnum

from servicekit.errors import Draining

from matcher.domain.errors import NotReady

_RETRY_AFTER = timedelta(seconds=1)


class ServiceLevel(IntEnum):
    """How much of the service works, rising.

    DOWN: starting, or the database does not answer. VERIFY_ONLY: all but searches, since the index
    is not loaded. FULL: everything.
    """

    DOWN = 0
    VERIFY_ONLY = 1
    FULL = 2


class Readiness:
    """The present service level, and whether new work is refused whatever the level.

    reason: why the level is not FULL. draining: set by an administrator.
    """

    def __init__(
        self, level: ServiceLevel = ServiceLevel.DOWN, reason: str = "the matcher is starting"
    ) -> None:
        self.level = level
        self.reason = reason
        self.draining = False
        self._on_change: Callable[[ServiceLevel], Awaitable[None]] | None = None

    def on_change(self, listener: Callable[[ServiceLevel], Awaitable[None]]) -> None:
        """Call the listener with the new level whenever the level changes."""
        self._on_change = listener

    async def set_level(self, level: ServiceLevel, reason: str = "") -> None:
        """Set the level. reason: why it is not FULL."""
        self.reason = reason
        if level is not self.level:
            self.level = level
            if self._on_change is not None:
                await self._on_change(level)

    async def set_draining(self, draining: bool) -> None:
        """Refuse new work, or accept it again."""
        self.draining = draining
        if self._on_change is not None:
            await self._on_change(self.level)

    def require(self, level: ServiceLevel) -> None:
        """Raise NotReady if the present level is lower, Draining if new work is refused."""
        if self.draining:
            raise Draining("the replica is draining", retry_after=_RETRY_AFTER)
        if self.level < level:
            raise NotReady(f"not ready: {self.reason}", retry_after=_RETRY_AFTER)
