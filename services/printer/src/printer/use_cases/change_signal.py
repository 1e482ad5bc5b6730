"""Wake-up within this process after a change in the database."""

import asyncio


class ChangeSignal:
    """Wakes those that wait for a change.

    Only a hint: everybody who waits also polls, as other processes change the database too. A
    missed signal delays work but never loses it.
    """

    def __init__(self) -> None:
        self.changes = 0
        """Number of changes notified so far; read it before looking at the database."""
        self._next_change = asyncio.Event()

    def notify(self) -> None:
        """Wake everybody who waits; to be called after a commit."""
        self.changes += 1
        self._next_change.set()
        self._next_change = asyncio.Event()

    async def wait_for_change(self, since: int, seconds: float) -> None:
        """Return once `changes` differs from `since`, at the latest after `seconds`."""
        if self.changes != since:
            return
        try:
            async with asyncio.timeout(seconds):
                await self._next_change.wait()
        except TimeoutError:
            return
