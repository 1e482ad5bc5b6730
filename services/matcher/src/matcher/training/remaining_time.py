"""Prints how much of a long computation is done and how long the rest will take."""

import time
from collections.abc import Callable, Iterator
from typing import TypeVar

_Result = TypeVar("_Result")


def with_remaining_time(
    what: str, count: int, compute: Callable[[int], _Result]
) -> Iterator[_Result]:
    """Yield `compute` of 0 to `count` - 1; print the remaining time twenty times.

    what: plural of what is computed, for the line.
    """
    started = time.monotonic()
    for number in range(count):
        yield compute(number)
        if (number + 1) % max(1, count // 20) == 0:
            spent = time.monotonic() - started
            left = spent / (number + 1) * (count - number - 1)
            print(f"{number + 1:,} of {count:,} {what}, {left:.0f} s left", flush=True)
