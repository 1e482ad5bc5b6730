"""How many of a sample of mutants do the tests notice?"""

import random
import re
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from .mutants import Mutant, mutants_of
from .reach import Reach, function_at
from .targets import Target
from .workspace import Workspace

REQUIRED = 0.95
"""Share of mutants that must be noticed: 19 of 20."""
_TIMEOUT_SECONDS = 120
_TIME_LIMIT = re.compile("time.?out|deadline", re.IGNORECASE)


class TestsFail(Exception):
    """The tests fail without any change, so they cannot show whether a change is noticed."""


@dataclass(slots=True)
class Result:
    """What a run found.

    possible: number of mutants of the code. noticed: mutants for which a test failed.
    by_time_limit: how many of these by a failure that speaks of a timeout or a deadline, which a
    busy computer can cause too. survivors: the others, as ``file:line change``. seconds: duration
    of the run.
    """

    possible: int
    noticed: int = 0
    by_time_limit: int = 0
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
    reach = _reach(workspace, target)
    report(f"unchanged: tests pass, {time.monotonic() - begin:.0f} s")
    mutants = _all_mutants(workspace, target)
    random.Random(seed).shuffle(mutants)
    result = Result(possible=len(mutants))
    chosen = mutants[:sample]
    for number, (file, mutant) in enumerate(chosen, 1):
        if time.monotonic() - begin > minutes * 60:
            break
        place = f"{workspace.name(file)}:{mutant.line} {mutant.change}"
        tests = reach.tests_of(
            function_at(workspace.name(file), file.read_text(encoding="utf-8"), mutant.line)
        )
        if failure := _failure(workspace, file, mutant, tests):
            result.noticed += 1
            result.by_time_limit += bool(_TIME_LIMIT.search(failure))
            report(f"[{number}/{len(chosen)}] noticed  {place}\n    by {failure}")
        else:
            result.survivors.append(place)
            report(f"[{number}/{len(chosen)}] SURVIVED {place}\n    {len(tests)} test files pass")
    result.seconds = round(time.monotonic() - begin)
    return result


def _reach(workspace: Workspace, target: Target) -> Reach:
    reach = workspace.reach(target.tests, target.skipped, target.sources(workspace.root))
    if reach is None:
        output = workspace.log.read_text(encoding="utf-8", errors="replace")
        raise TestsFail(f"{output[-3000:]}\nthe tests in {target.tests} fail without any change")
    return reach


def _all_mutants(workspace: Workspace, target: Target) -> list[tuple[Path, Mutant]]:
    return [
        (file, mutant)
        for file in target.sources(workspace.root)
        for mutant in mutants_of(file.read_text(encoding="utf-8"))
    ]


def _failure(
    workspace: Workspace, file: Path, mutant: Mutant, tests: list[tuple[Path, float]]
) -> str | None:
    if not tests:
        return None
    timeout = _TIMEOUT_SECONDS + 5 * sum(seconds for _, seconds in tests)  # it may run for ever
    with workspace.changed(file, mutant.source):
        return workspace.failure([test for test, _ in tests], [], timeout)
