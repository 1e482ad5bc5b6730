"""How many of a sample of mutants do the tests notice?"""

import random
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from .mutants import Mutant, mutants_of
from .targets import Target
from .workspace import Workspace

REQUIRED = 0.95
"""Share of mutants that must be noticed: 19 of 20."""


class TestsFail(Exception):
    """The tests fail without any change, so they cannot show whether a change is noticed."""


@dataclass(slots=True)
class Result:
    """What a run found.

    possible: number of mutants of the code. noticed: mutants for which a test failed. survivors:
    the others, as ``file:line change``. seconds: duration of the run.
    """

    possible: int
    noticed: int = 0
    survivors: list[str] = field(default_factory=list)
    seconds: int = 0

    @property
    def tried(self) -> int:
        """Number of mutants tested."""
        return self.noticed + len(self.survivors)

    @property
    def is_sufficient(self) -> bool:
        """Whether at least one mutant was tested and 19 of 20 were noticed."""
        return self.tried > 0 and self.noticed >= REQUIRED * self.tried

    def summary(self) -> dict[str, object]:
        """Return the result as values for JSON."""
        return {"tried": self.tried, "survived": len(self.survivors), **asdict(self)}


def run(
    workspace: Workspace,
    target: Target,
    *,
    sample: int,
    seed: int,
    minutes: float,
    report: Callable[[str], None],
) -> Result:
    """Test a random sample of mutants, one after the other, and report each in one line.

    No new mutant is begun after ``minutes``. Raises TestsFail if the tests fail unchanged.
    """
    begin = time.monotonic()
    unchanged = _time_unchanged(workspace, target)
    report(f"unchanged: tests pass, {unchanged:.0f} s")
    timeout = 60 + 5 * unchanged  # a mutant may run for ever
    mutants = _all_mutants(workspace, target)
    random.Random(seed).shuffle(mutants)
    result = Result(possible=len(mutants))
    chosen = mutants[:sample]
    for number, (file, mutant) in enumerate(chosen, 1):
        if time.monotonic() - begin > minutes * 60:
            break
        place = f"{file.relative_to(workspace.root)}:{mutant.line} {mutant.change}"
        if _is_noticed(workspace, target, file, mutant, timeout):
            result.noticed += 1
            report(f"[{number}/{len(chosen)}] noticed  {place}")
        else:
            result.survivors.append(place)
            report(f"[{number}/{len(chosen)}] SURVIVED {place}")
    result.seconds = round(time.monotonic() - begin)
    return result


def _time_unchanged(workspace: Workspace, target: Target) -> float:
    begin = time.monotonic()
    if not workspace.tests_pass([target.tests], target.skipped, timeout=3600):
        output = workspace.log.read_text(encoding="utf-8", errors="replace")
        raise TestsFail(f"{output[-3000:]}\nthe tests in {target.tests} fail without any change")
    return time.monotonic() - begin


def _all_mutants(workspace: Workspace, target: Target) -> list[tuple[Path, Mutant]]:
    return [
        (file, mutant)
        for file in target.sources(workspace.root)
        for mutant in mutants_of(file.read_text(encoding="utf-8"))
    ]


def _is_noticed(
    workspace: Workspace, target: Target, file: Path, mutant: Mutant, timeout: float
) -> bool:
    nearest = target.nearest_tests(workspace.root, file)
    with workspace.changed(file, mutant.source):
        return not all(
            workspace.tests_pass([tests], target.skipped, timeout)
            for tests in (nearest, target.tests)
            if tests is not None
        )
