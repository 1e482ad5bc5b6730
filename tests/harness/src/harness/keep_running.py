"""Starts processes again that ended by themselves, as a supervisor of services would."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping
from time import monotonic

from harness.process import Died, Process
from harness.stopped_services import StoppedServices

_POLL_SECONDS = 0.2
_RESTARTS, _WITHIN_SECONDS = 3, 60.0
"""As systemd's StartLimitBurst and StartLimitIntervalSec: what ends more often is given up."""


async def keep_running(
    processes: Mapping[str, Process],
    restart: Callable[[str], Awaitable[object]],
    report: Callable[[str], None],
    stopped: StoppedServices,
) -> None:
    """Start again each process that ended, and say so, until cancelled.

    restart: starts one by its name and waits until it serves. stopped: those that somebody wants
    stopped, and started later. Raises Died for a process that ended a fourth time within a minute,
    and what `restart` raises.
    """
    restarts: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=_RESTARTS))
    while True:
        for name, process in processes.items():
            asked = stopped.asked(name)
            if asked == "stop":
                await process.terminate()
                report(f"{name} is stopped")
                stopped.is_stopped(name)
            elif asked == "start":
                await restart(name)
                report(f"{name} serves again, process {process.pid}")
                stopped.serves(name)
            elif not asked and not process.running:
                _count(restarts[name], process)
                report(f"{name} ended ({process.end}); log: {process.log}")
                await restart(name)
                report(f"{name} serves again, process {process.pid}")
        await asyncio.sleep(_POLL_SECONDS)


def _count(restarts: deque[float], process: Process) -> None:
    now = monotonic()
    if len(restarts) == _RESTARTS and now - restarts[0] < _WITHIN_SECONDS:
        raise Died(
            f"{process.name} ends again and again; {process.log} ends with:\n{process.tail()}"
        )
    restarts.append(now)
