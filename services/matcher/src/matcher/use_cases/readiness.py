"""What the matcher is able to do, said honestly."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from enum import IntEnum

from matcher.domain.errors import NotReady


class ServiceLevel(IntEnum):
    """From nothing to everything."""

    DOWN = 0
    VERIFY_ONLY = 1
    FULL = 2


class Readiness:
    """The present level and why it is not higher."""

    def __init__(self) -> None:
        self.level = ServiceLevel.DOWN
        self.reason = "the matcher is starting"
        self._tell: Callable[[ServiceLevel], Awaitable[None]] | None = None

    def tell(self, listener: Callable[[ServiceLevel], Awaitable[None]]) -> None:
        """Have someone told of each change of level."""
        self._tell = listener

    async def move(self, level: ServiceLevel, reason: str = "") -> None:
        """Go to a level. reason: why not higher."""
        self.reason = reason
        if level is not self.level:
            self.level = level
            if self._tell is not None:
                await self._tell(level)

    def require(self, level: ServiceLevel) -> None:
        """Raise NotReady below the level."""
        if self.level < level:
            raise NotReady(f"not ready: {self.reason}", retry_after=timedelta(seconds=1))
