"""What the person who imports a register sees of it meanwhile, and at its end."""

import sys
import time
from collections import Counter
from pathlib import Path

from passport.matcher.v1 import encounters_pb2 as pb

_PROGRESS_SECONDS = 5.0


class ProgressReport:
    """Prints every few seconds how far an import is, and each refusal as it happens."""

    def __init__(self, encounters: list[Path]) -> None:
        self.encounters = encounters
        self._results: Counter[int] = Counter()
        self._started = time.monotonic()
        self._next_print = self._started

    def acknowledged(self, encounter: Path, response: pb.ImportEncountersResponse) -> None:
        """Count an encounter, and print it if it was refused."""
        self._results[response.result] += 1
        if response.result == pb.IMPORT_RESULT_REFUSED:
            name = f"{encounter.parent.name}/{encounter.name}"
            where = f"{response.reason} {response.field}".strip()
            sys.stdout.write(f"refused {name}: {where}: {response.message}\n")
        if time.monotonic() >= self._next_print:
            self._next_print = time.monotonic() + _PROGRESS_SECONDS
            self._print_progress()

    def interrupted(self, reason: str, offset: int) -> None:
        """Say that the stream broke, and where it goes on."""
        sys.stderr.write(f"interrupted ({reason}); going on after encounter {offset:,}\n")

    def print_result(self) -> int:
        """Print how many encounters had which result; return how many were refused."""
        results = self._results
        sys.stdout.write(
            f"encounters: {results[pb.IMPORT_RESULT_IMPORTED]:,} imported, "
            f"{results[pb.IMPORT_RESULT_IMPORTED_BEFORE]:,} imported before, "
            f"{results[pb.IMPORT_RESULT_REFUSED]:,} refused\n"
        )
        return results[pb.IMPORT_RESULT_REFUSED]

    def _print_progress(self) -> None:
        done, all_ = self._results.total(), len(self.encounters)
        rate = done / max(time.monotonic() - self._started, 0.001)
        left = (all_ - done) / rate / 60
        sys.stderr.write(
            f"{done:,} of {all_:,} encounters ({done / all_:.0%}), "
            f"{rate:.0f} a second, {left:.0f} min left\n"
        )
