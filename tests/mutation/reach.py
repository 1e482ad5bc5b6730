"""Which test files call a function, in their own process or in one that they started?

Every function gets a probe as its first statement, and the tests run once, unchanged otherwise.
Only the test files that call a function can notice its mutants. What is missed, such as a call
made once for all tests by the first of them, can only let a mutant survive, never have it noticed.
"""

import ast
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .probe import NO_TEST

PROBE_MODULE = "mutation_probe"

_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Reach:
    """Which test files call which functions.

    files: test files with the duration of their tests in seconds. calls: by function, as named by
    function_at, the numbers of the test files that call it, from 1; NO_TEST outside any test.
    """

    files: list[tuple[Path, float]]
    calls: dict[str, set[int]]

    @classmethod
    def read(cls, folder: Path) -> "Reach":
        """Read what the probe wrote into a folder."""
        calls = defaultdict(set)
        if (folder / "calls").exists():
            for line in (folder / "calls").read_text(encoding="utf-8").splitlines():
                number, _, function = line.partition(" ")
                calls[function].add(int(number))
        files = json.loads((folder / "files.json").read_text(encoding="utf-8"))
        return cls([(Path(file), seconds) for file, seconds in files], dict(calls))

    def tests_of(self, function: str | None) -> list[tuple[Path, float]]:
        """Return the test files that can notice a change of a function, the quickest first.

        All files for code outside functions and for functions called outside tests, as at import:
        those that call the function first.
        """
        calling = self.calls.get(function, set()) if function else {NO_TEST}
        numbered = [
            (number not in calling, seconds, file)
            for number, (file, seconds) in enumerate(self.files, 1)
            if number in calling or NO_TEST in calling
        ]
        return [(file, seconds) for _, seconds, file in sorted(numbered)]


def function_at(name: str, source: str, line: int) -> str | None:
    """Return a name for the innermost function at a line of a file, None outside functions."""
    starts = [
        node.lineno
        for node in _functions(ast.parse(source))
        if node.lineno <= line <= (node.end_lineno or node.lineno)
    ]
    return f"{name}:{max(starts)}" if starts else None


def with_probes(name: str, source: str) -> str:
    """Return the source of a file in which every function first says that it is called."""
    tree = ast.parse(source)
    for function in _functions(tree):
        call = f"__import__({PROBE_MODULE!r}).called({f'{name}:{function.lineno}'!r})"
        after_docstring = 0 if ast.get_docstring(function, clean=False) is None else 1
        function.body[after_docstring:after_docstring] = ast.parse(call).body
    return ast.unparse(ast.fix_missing_locations(tree))


def _functions(tree: ast.Module) -> Iterable[_Function]:
    return [node for node in ast.walk(tree) if isinstance(node, _Function)]
