"""How work is repeated as long as the service runs."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

_log = structlog.get_logger(__name__)


async def run_periodically(name: str, work: Callable[[], Awaitable[None]], pause: float) -> None:
    """Repeat the work until cancelled; exceptions are logged. pause: seconds in between."""
    while True:
        try:
            await work()
        except Exception:
            _log.exception("periodic_task_failed", task=name)
        await asyncio.sleep(pause)
