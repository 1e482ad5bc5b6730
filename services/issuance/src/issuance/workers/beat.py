"""What goes on for ever beside the calls."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

_log = structlog.get_logger(__name__)


async def forever(name: str, work: Callable[[], Awaitable[None]], pause: float) -> None:
    """Do it again and again, whatever goes wrong. pause: in between, seconds of real time."""
    while True:
        try:
            await work()
        except Exception:
            _log.exception("worker_failed", worker=name)
        await asyncio.sleep(pause)
