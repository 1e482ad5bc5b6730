"""What if a process hangs? One whose event loop stands still ends itself, to be started again.

A hanging process answers neither calls nor health checks, yet a supervisor sees it running.
"""

import asyncio
import faulthandler
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

# How often the event loop shows that it runs, as a part of the time after which it must have.
_INTERVAL = 0.25
_STDERR = 2


@asynccontextmanager
async def watched_event_loop(seconds: float) -> AsyncIterator[None]:
    """Exit with status 1, stacks on stderr, if the event loop stands still while the block runs.

    seconds: how long it may; 0 watches nothing. The watching thread needs no interpreter lock: it
    also ends a process in which a C function keeps that. A process that was stopped for longer, as
    by SIGSTOP, ends when it continues.
    """
    if not seconds:
        yield
        return
    heartbeat = asyncio.create_task(_keep_alive(seconds))
    try:
        yield
    finally:
        heartbeat.cancel()
        faulthandler.cancel_dump_traceback_later()


async def _keep_alive(seconds: float) -> None:
    while True:
        # Replaces the timer that was set before.
        faulthandler.dump_traceback_later(seconds, exit=True, file=_STDERR)
        await asyncio.sleep(seconds * _INTERVAL)
