"""Where can a test kill the process, as a power cut would? At failpoints, which it arms by name.

A failpoint does nothing unless it was armed by the settings of a test.
"""

import os
import signal
from collections import Counter

_armed: dict[str, int] = {}
_hits: Counter[str] = Counter()


def arm(spec: str) -> None:
    """Arm failpoints: ``name`` or ``name:3`` (kill at the third hit), separated by commas.

    Replaces the failpoints armed before. Raises ValueError for a hit that is not a positive number.
    """
    armed = {}
    for item in filter(None, (part.strip() for part in spec.split(","))):
        name, _, hit = item.partition(":")
        if not name or (hit and not (hit.isdecimal() and int(hit) > 0)):
            raise ValueError(f"not a failpoint: {item!r}; write name or name:hit")
        armed[name] = int(hit or 1)
    _armed.clear()
    _armed.update(armed)
    _hits.clear()


def failpoint(name: str) -> None:
    """Kill the process with SIGKILL if the failpoint is armed and this is the armed hit."""
    if name not in _armed:
        return
    _hits[name] += 1
    if _hits[name] == _armed[name]:
        os.kill(os.getpid(), signal.SIGKILL)
