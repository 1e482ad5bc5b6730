"""Tells those who wait within this process that something changed in the database."""

import asyncio


class Bell:
    """Rung after each commit; nobody relies on it, everybody also looks now and then."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake all who listen."""
        self._rung.set()
        self._rung = asyncio.Event()

    def listen(self) -> "Ring":
        """Listen from now on: take it before looking, so that no ring in between is lost."""
        return Ring(self._rung)


class Ring:
    """The next ring."""

    def __init__(self, rung: asyncio.Event) -> None:
        self._rung = rung

    async def wait(self, seconds: float) -> None:
        """Wait for it, at most `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        except TimeoutError:
            return
