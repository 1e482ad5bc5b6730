"""Lines on the terminal that say where the demo is, with counts and rates."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from harness.demo_facts import Phase

_EVERY_SECONDS = 2.0


class Progress:
    """Prints progress lines, each with the seconds since the run began."""

    def __init__(self) -> None:
        self.began = monotonic()
        self._phases: dict[str, Phase] = {}

    @property
    def seconds(self) -> float:
        """Seconds since the run began."""
        return monotonic() - self.began

    def say(self, text: str) -> None:
        """Write one line to the terminal."""
        sys.stdout.write(f"{self.seconds:6.1f} s  {text}\n")
        sys.stdout.flush()

    @contextmanager
    def counting(self, name: str, total: int, unit: str) -> Iterator["Count"]:
        """Count work of one kind; kept when the block ends well."""
        count = Count(self, name, total, unit)
        yield count
        self._keep(count.phase())
        count.say()

    def _keep(self, phase: Phase) -> None:
        earlier = self._phases.get(phase.name)
        self._phases[phase.name] = earlier.joined(phase) if earlier else phase

    @property
    def phases(self) -> list[Phase]:
        """Return what was counted; work of one name is one phase."""
        return list(self._phases.values())


class Count:
    """Counts pieces of work done, and prints a line now and then."""

    def __init__(self, progress: Progress, name: str, total: int, unit: str) -> None:
        self.done = 0
        self._progress, self._name, self._total, self._unit = progress, name, total, unit
        self._began = self._said = monotonic()

    def add(self, number: int = 1) -> None:
        """So many more are done; says so every other second."""
        self.done += number
        if monotonic() - self._said > _EVERY_SECONDS:
            self._said = monotonic()
            self.say()

    def say(self) -> None:
        """One line with count and rate."""
        phase = self.phase()
        of = f"/{self._total:,}" if self._total else ""
        self._progress.say(
            f"    {self._name}: {phase.count:,}{of} {self._unit}, {phase.rate:,.0f}/s"
        )

    def phase(self) -> Phase:
        """What was done until now."""
        return Phase(self._name, self.done, self._unit, monotonic() - self._began)
