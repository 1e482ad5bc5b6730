"""Where are mutants tested? In a temporary copy of the repository, so that the original is safe."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from . import probe
from .reach import PROBE_MODULE, Reach, with_probes

_NOT_COPIED = (".*_cache", ".git", ".venv", ".tools", "build", "__pycache__", ".hypothesis")
_SOURCES = ("services/*/src", "protos/gen", "tests/*/src", "src")
_PASSED, _NO_TESTS = 0, 5
_PYTEST = ("-m", "pytest", "-q", "-rfE", "--rootdir=.", "-p", "no:cacheprovider")
_FAILURE = re.compile(r"^(?:FAILED|ERROR) (.*)$", re.MULTILINE)
_DEADLINE = re.compile(r"^E\s.*(DEADLINE_EXCEEDED)", re.MULTILINE)
_SHOWN = 160


@dataclass(frozen=True, slots=True)
class Workspace:
    """A copy of the repository in which files can be changed and tests run.

    log: file with the output of the last run of the tests.
    """

    root: Path
    log: Path

    def failure(
        self,
        tests: Sequence[Path],
        skipped: Sequence[Path],
        timeout: float,
        probe_folder: Path | None = None,
    ) -> str | None:
        """Run the tests until the first failure; return it in one line, None if all passed.

        Tests that run longer than ``timeout`` seconds fail, and so do tests that cannot be loaded.
        Processes that they left behind are killed. probe_folder: of the probe; with it all tests
        run.
        """
        mode = ["-p", PROBE_MODULE] if probe_folder else ["-x"]
        ignored = [f"--ignore={path}" for path in skipped]
        command = [sys.executable, *_PYTEST, *mode, "-m", "not slow and not system", *ignored]
        # Output goes to a file: a pipe would stay open as long as a process left behind lives.
        with self.log.open("wb") as log:
            process = subprocess.Popen(
                [*command, *map(str, tests)],
                cwd=self.root,
                env=self._environment(probe_folder),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_default_sigint,
            )
            try:
                passed = process.wait(timeout) in (_PASSED, _NO_TESTS)
            except subprocess.TimeoutExpired:
                return f"Timeout: the tests ran longer than {timeout:.0f} s"
            finally:
                _kill_group(process)
        return None if passed else self._first_failure()

    def reach(self, tests: Path, skipped: Sequence[Path], sources: Sequence[Path]) -> Reach | None:
        """Run the tests with a probe in each function of the sources; return None if one fails.

        Test files with a failure run again: on a busy computer it can be a timeout.
        """
        with tempfile.TemporaryDirectory(prefix="probe-") as name, ExitStack() as changes:
            folder = Path(name)
            shutil.copy(probe.__file__, folder / f"{PROBE_MODULE}.py")
            for file in sources:
                probed = with_probes(self.name(file), file.read_text(encoding="utf-8"))
                changes.enter_context(self.changed(file, probed))
            if self.failure([tests], skipped, timeout=2 * 3600, probe_folder=folder):
                failed = self._failed_files()
                if not failed or self.failure(failed, skipped, timeout=3600):
                    return None
            return Reach.read(folder)

    def name(self, file: Path) -> str:
        """Return the path of a file in the repository."""
        return str(file.relative_to(self.root))

    @contextmanager
    def changed(self, file: Path, source: str) -> Iterator[None]:
        """Replace the content of a file while the block runs."""
        original = file.read_text(encoding="utf-8")
        file.write_text(source, encoding="utf-8")
        try:
            yield
        finally:
            file.write_text(original, encoding="utf-8")

    def _first_failure(self) -> str:
        output = self._output()
        last = output.strip().splitlines()[-1:] or ["no output"]
        failure = (_FAILURE.findall(output) or last)[0][:_SHOWN]
        deadline = _DEADLINE.search(output)  # of a call: not in the line of the summary
        return f"{failure} ({deadline[1]})" if deadline else failure

    def _failed_files(self) -> list[Path]:
        failures = _FAILURE.findall(self._output())
        return sorted({Path(failure.split("::")[0].split(" - ")[0]) for failure in failures})

    def _output(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def _environment(self, probe_folder: Path | None) -> dict[str, str]:
        # Before the installed packages, which are the sources of the original repository.
        sources = [str(path) for pattern in _SOURCES for path in sorted(self.root.glob(pattern))]
        sources += [str(probe_folder)] if probe_folder else []
        return {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(sources),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "PYTEST_TIMEOUT": "180",  # seconds for a test: more than usual, for a busy computer
            "COLUMNS": "240",  # pytest shortens the lines of its summary to the terminal's width
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
