"""Where can a test kill or stop the process, as a power cut would? At failpoints, armed by name.

A failpoint does nothing unless it was armed by the settings of a test.
"""

import os
import re
import signal
from collections import Counter

_SPEC = re.compile(r"([^:]+)(?::([1-9][0-9]*))?(:stop)?")
_armed: dict[str, tuple[int, signal.Signals]] = {}
_hits: Counter[str] = Counter()


def arm(spec: str) -> None:
    """Arm failpoints: ``name`` or ``name:3`` (kill at the third hit), separated by commas.

    ``name:stop`` or ``name:3:stop`` stops the process (SIGSTOP) instead of killing it. Replaces the
    failpoints armed before. Raises ValueError for a hit that is not a positive number.
    """
    armed = {}
    for item in filter(None, (part.strip() for part in spec.split(","))):
        match = _SPEC.fullmatch(item)
        if match is None:
            raise ValueError(f"not a failpoint: {item!r}; write name or name:hit, or either:stop")
        name, hit, stop = match.groups()
        armed[name] = int(hit or 1), signal.SIGSTOP if stop else signal.SIGKILL
    _armed.clear()
    _armed.update(armed)
    _hits.clear()


def failpoint(name: str) -> None:
    """Kill or stop the process if the failpoint is armed and this is the armed hit."""
    if name not in _armed:
        return
    _hits[name] += 1
    hit, number = _armed[name]
    if _hits[name] == hit:
        os.kill(os.getpid(), number)
