"""Keeping an answer in the same commit as what it tells of."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from matcher.use_cases.ports import Records

T = TypeVar("T")

StoreAnswer = Callable[[Records, T], Awaitable[None]]
"""Called in the transaction that completes the work, so that a repeated request is answered by
what was done, and never does it twice."""
