"""Mutation testing itself, on a package made up for it: services/printer of a tiny repository."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .__main__ import main
from .mutants import mutants_of
from .run import Result
from .workspace import copy_of

RULES = '''
"""Rules."""

LIMIT = 3


def allowed(age: int, member: bool = False) -> bool:
    """Return whether somebody may enter."""
    if age < 0:
        raise ValueError(f"{age + 1} is no age")
    return age >= 18 and not member
'''
TESTS = """
import subprocess
import sys


def test_a_child_enters_not_and_an_adult_does():
    ages = [allowed_in_a_process(age) for age in (17, 18)]

    assert ages == ["False", "True"]


def allowed_in_a_process(age):
    code = f"from printer.domain.rules import allowed; print(allowed({age}))"
    return subprocess.check_output([sys.executable, "-c", code], text=True).strip()
"""
MORE_TESTS = """
import signal

import pytest
from printer.domain.rules import allowed


def test_a_negative_age_is_refused():
    with pytest.raises(ValueError):
        allowed(-1)
    allowed(0)


def test_members_do_not_enter():
    assert not allowed(18, member=True)
    assert not allowed(17, member=True)


def test_sigint_is_not_ignored():
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
"""


@pytest.fixture(autouse=True)
def no_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests of the tiny repository need none, and start in half the time."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    for name, text in {
        "src/printer/domain/rules.py": RULES,
        "src/printer/domain/__init__.py": "",
        "src/printer/__init__.py": "",
        "src/printer/__main__.py": "if 1 > 2: pass",
        "src/printer/store/migrations/0001.py": "if 1 > 2: pass",
        "tests/test_ages.py": TESTS,
    }.items():
        file = root / "services/printer" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return root


def changes(source: str) -> list[str]:
    return [mutant.change for mutant in mutants_of(source)]


def summary(captured: pytest.CaptureFixture[str]) -> dict[str, object]:
    parsed: dict[str, object] = json.loads(captured.readouterr().out.splitlines()[-1])
    return parsed


@pytest.mark.parametrize(
    ("line", "mutated"),
    [
        ("f(a < b)", "f((a <= b))"),
        ("f(a in b)", "f((a not in b))"),
        ("f(a and b or c)", "f(((a and b) and (c)))"),
        ("f(not a)", "f(bool(a))"),
        ("f(x=True)", "f(x=False)"),
        ("f(2.5)", "f((2.5 + 1))"),
        ("raise ValueError", "pass"),
        ("await f()", "pass"),
        ("f('ä', 1)", "f('ä', (1 + 1))"),
    ],
)
def test_a_line_is_changed_in_a_known_way(line: str, mutated: str) -> None:
    sources = [mutant.source for mutant in mutants_of(f"async def rule():\n    {line}\n")]

    assert f"async def rule():\n    {mutated}\n" in sources


@pytest.mark.parametrize(
    "source",
    [
        "LIMIT = 3",
        "class A:\n    limit: int = 3",
        "@decorated(1)\ndef f(): ...",
        "def f(a: Annotated[int, 1]) -> Literal[2]: ...",
        "class P(Protocol):\n    def f(self):\n        return 1 < 2",
        "log.info('done', count=1 if a else b)".replace("1", "a"),
        "failpoint('here')",
        "'docstring'",
        "f'{1 < 2}'",
    ],
)
def test_what_holds_no_rule_is_not_changed(source: str) -> None:
    assert changes(source) == []


def test_changes_that_no_test_notices_survive(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(["printer", "--root", str(repository), "--sample", "100"])

    found = summary(capsys)
    survivors = found["survivors"]
    assert isinstance(survivors, list)
    assert status == 1
    assert found["tried"] == found["possible"] == 9
    assert found["survived"] == len(survivors) > 0
    assert any("dropped: 'raise ValueError" in survivor for survivor in survivors)
    assert all(
        line.startswith("services/printer/src/printer/domain/rules.py:") for line in survivors
    )


def test_changes_that_tests_notice_do_not(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = repository / "services/printer/tests/domain"
    folder.mkdir()
    (folder / "test_rules.py").write_text(MORE_TESTS)

    status = main(["printer", "--root", str(repository), "--sample", "100"])

    assert status == 0
    assert summary(capsys)["survivors"] == []
    assert (repository / "services/printer/src/printer/domain/rules.py").read_text() == RULES


def test_the_seed_decides_the_sample(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def tried(seed: str) -> list[str]:
        main(["printer", "--root", str(repository), "--sample", "2", "--seed", seed])
        return capsys.readouterr().out.splitlines()[1:-1]

    assert tried("1") == tried("1") != tried("2")


def test_tests_that_fail_unchanged_show_nothing(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "services/printer/tests/test_ages.py").write_text("assert False")

    assert main(["printer", "--root", str(repository)]) == 2
    assert "fail without any change" in capsys.readouterr().err


def test_nothing_tried_is_not_sufficient() -> None:
    assert not Result(possible=5).is_sufficient
    assert not Result(possible=20, noticed=18, survivors=["a", "b"]).is_sufficient
    assert Result(possible=20, noticed=19, survivors=["a"]).is_sufficient


def test_processes_that_tests_leave_behind_are_killed(repository: Path, tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    (repository / "services/printer/tests/test_ages.py").write_text(
        "import subprocess, pathlib\n\n\ndef test_a_process_is_left_behind():\n"
        f"    process = subprocess.Popen(['sleep', '600'])\n"
        f"    pathlib.Path({str(pid_file)!r}).write_text(str(process.pid))\n"
    )

    with copy_of(repository) as workspace:
        assert workspace.failure([Path("services/printer/tests")], [], timeout=60) is None

    assert ends(int(pid_file.read_text()))


def ends(pid: int, within: float = 30) -> bool:
    """Return whether a process ends in time: the kernel ends a killed one soon, not at once."""
    deadline = time.monotonic() + within
    while is_running(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def is_running(pid: int) -> bool:
    try:
        return "zombie" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):  # gone before, or while it was read
        return False


def test_sigint_is_reset_where_it_was_ignored(repository: Path) -> None:
    folder = repository / "services/printer/tests/domain"
    folder.mkdir()
    (folder / "test_rules.py").write_text(MORE_TESTS)
    arguments = ["printer", "--root", str(repository), "--sample", "0"]

    status = subprocess.run(
        [sys.executable, "-m", "tests.mutation", *arguments],
        cwd=Path(__file__).parents[2],
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
        check=False,
    ).returncode

    assert status == 1  # the tests passed unchanged; nothing was tried
