"""The shop floor as this process last saw it: fresh after a restart, never a reason to print."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import fmean

from printer.domain.machine import Sighting
from printer.domain.reconcile import SETTLED
from printer.domain.schedule import Capacity

# Guessed for a floor on which nothing was measured yet.
_BOOK_SECONDS = 30.0
_SMOOTHING = 0.2
_LONGEST_REST_FACTOR = 16


@dataclass(slots=True)
class _Seen:
    sighting: Sighting | None = None
    silent_since: float | None = None
    rest_until: float = -math.inf
    troubles_in_a_row: int = 0
    began: float | None = None
    book_seconds: float = 0.0


class Floor:
    """What is known of each machine.

    monotonic: real time in seconds. rest_seconds: how long a machine rests after a trouble before
    it is probed; doubles with each further one in a row, up to sixteen times as long.
    """

    def __init__(self, monotonic: Callable[[], float], rest_seconds: float) -> None:
        self._monotonic = monotonic
        self._rest_seconds = rest_seconds
        self._seen: dict[str, _Seen] = {}

    def heard(self, machine_id: str, sighting: Sighting) -> None:
        """The machine answered."""
        seen = self._of(machine_id)
        seen.sighting, seen.silent_since = sighting, None

    def silent(self, machine_id: str) -> float:
        """The machine did not answer, so it rests; answers for how many seconds by now."""
        seen = self._of(machine_id)
        if seen.silent_since is None:
            seen.silent_since = self._monotonic()
        self.rest(machine_id)
        return self._monotonic() - seen.silent_since

    def rest(self, machine_id: str) -> None:
        """Leave the machine alone for a while."""
        seen = self._of(machine_id)
        factor = min(2**seen.troubles_in_a_row, _LONGEST_REST_FACTOR)
        seen.rest_until = self._monotonic() + factor * self._rest_seconds
        seen.troubles_in_a_row += 1

    def rests(self, machine_id: str) -> bool:
        """Whether it is to be left alone now."""
        return self._monotonic() < self._of(machine_id).rest_until

    def began(self, machine_id: str) -> None:
        """The machine was given a book."""
        self._of(machine_id).began = self._monotonic()

    def finished(self, machine_id: str) -> None:
        """The machine made a book well: its rate is measured, its blocking_reasons are over."""
        seen = self._of(machine_id)
        if seen.began is not None:
            took = self._monotonic() - seen.began
            old = seen.book_seconds or took
            seen.book_seconds = old + _SMOOTHING * (took - old)
        seen.troubles_in_a_row = 0
        seen.began = None

    def freed(self, machine_id: str) -> None:
        """The machine has no book any more, for whatever reason."""
        self._of(machine_id).began = None

    def sighting(self, machine_id: str) -> Sighting | None:
        """What it last told; None before it was heard."""
        return self._of(machine_id).sighting

    def answers(self, machine_id: str) -> bool:
        """Whether it answered when it was last asked."""
        seen = self._of(machine_id)
        return seen.sighting is not None and seen.silent_since is None

    def ready(self, machine_id: str) -> bool:
        """Whether it may be given work: answers, has no fault, does not rest, runs long enough."""
        sighting = self.sighting(machine_id)
        return (
            sighting is not None
            and self.answers(machine_id)
            and not self.rests(machine_id)
            and not sighting.fault
            and sighting.accepting
            and sighting.up_time >= SETTLED
        )

    def capacities(self, machine_ids: Iterable[str]) -> list[Capacity]:
        """Those of the machines that are ready or at work; unmeasured ones count as average."""
        ready = [machine_id for machine_id in machine_ids if self.ready(machine_id)]
        measured = [rate for each in ready if (rate := self._of(each).book_seconds)]
        average = fmean(measured) if measured else _BOOK_SECONDS
        return [self._capacity(machine_id, average) for machine_id in ready]

    def _capacity(self, machine_id: str, average: float) -> Capacity:
        seen = self._of(machine_id)
        book_seconds = seen.book_seconds or average
        if seen.began is None:
            return Capacity(machine_id, 0.0, book_seconds)
        # One that is late by now is guessed to be late by as much again.
        left = abs(book_seconds - (self._monotonic() - seen.began))
        return Capacity(machine_id, max(left, 1e-3), book_seconds)

    def _of(self, machine_id: str) -> _Seen:
        return self._seen.setdefault(machine_id, _Seen())
