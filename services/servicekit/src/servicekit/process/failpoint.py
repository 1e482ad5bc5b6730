"""Named places where a test can kill the process, as a power cut would.

Nothing happens at a failpoint unless the settings of a test armed it.
"""

import os
import signal
from collections import Counter

_armed: dict[str, int] = {}
_hits: Counter[str] = Counter()


def arm(spec: str) -> None:
    """Arm failpoints: ``name`` or ``name:3`` (die at the third hit), separated by commas.

    Replaces what was armed before. Raises ValueError for a hit that is not a positive number.
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
    """Die here, at once and without cleaning up, if the name is armed and its hit has come."""
    if name not in _armed:
        return
    _hits[name] += 1
    if _hits[name] == _armed[name]:
        os.kill(os.getpid(), signal.SIGKILL)
