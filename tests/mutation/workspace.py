"""Where are mutants tested? In a temporary copy of the repository, so that the original is safe."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_NOT_COPIED = (".*_cache", ".git", ".venv", ".tools", "build", "__pycache__", ".hypothesis")
_SOURCES = ("services/*/src", "protos/gen", "tests/*/src", "src")
_PASSED, _NO_TESTS = 0, 5


@dataclass(frozen=True, slots=True)
class Workspace:
    """A copy of the repository in which files can be changed and tests run.

    log: file with the output of the last run of the tests.
    """

    root: Path
    log: Path

    def tests_pass(self, tests: Sequence[Path], skipped: Sequence[Path], timeout: float) -> bool:
        """Run the tests until the first failure; return whether all passed.

        Tests that run longer than ``timeout`` seconds fail, and so do tests that cannot be loaded.
        Processes that they left behind are killed.
        """
        ignored = [f"--ignore={path}" for path in skipped]
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
        # Output goes to a file: a pipe would stay open as long as a process left behind lives.
        with self.log.open("wb") as log:
            process = subprocess.Popen(
                [*command, "-m", "not slow", *ignored, *map(str, tests)],
                cwd=self.root,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_default_sigint,
            )
            try:
                return process.wait(timeout) in (_PASSED, _NO_TESTS)
            except subprocess.TimeoutExpired:
                return False
            finally:
                _kill_group(process)

    @contextmanager
    def changed(self, file: Path, source: str) -> Iterator[None]:
        """Replace the content of a file while the block runs."""
        original = file.read_text(encoding="utf-8")
        file.write_text(source, encoding="utf-8")
        try:
            yield
        finally:
            file.write_text(original, encoding="utf-8")

    def _environment(self) -> dict[str, str]:
        # Before the installed packages, which are the sources of the original repository.
        sources = [str(path) for pattern in _SOURCES for path in sorted(self.root.glob(pattern))]
        return {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(sources),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        }


@contextmanager
def copy_of(root: Path) -> Iterator[Workspace]:
    """Copy a repository, without its environment and build results, while the block runs."""
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        copy = Path(folder).resolve() / root.name
        shutil.copytree(root, copy, ignore=shutil.ignore_patterns(*_NOT_COPIED))
        yield Workspace(copy, Path(folder) / "pytest.log")


def _default_sigint() -> None:
    # A shell's background jobs ignore SIGINT, and tests of shutting down would inherit that.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _kill_group(process: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
