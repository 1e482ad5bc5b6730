"""Which tests run for a mutant? On a package made up for it, as for the mutants themselves."""

from pathlib import Path

import pytest

from .__main__ import main
from .reach import Reach, function_at, with_probes
from .targets import target_for
from .workspace import copy_of

RULES = '''
def age_limit():
    """Return the age from which people may enter."""
    return 18


class Door:
    async def opens(self, age, limit=age_limit()):
        return age >= limit


def fee(age):
    return 10
'''
IN_A_PROCESS = """
import subprocess
import sys

CODE = "import asyncio; from printer.domain.rules import Door; asyncio.run(Door().opens(18))"


def test_a_door_opens():
    subprocess.run([sys.executable, "-c", CODE], check=True)
"""
IN_THE_TEST = """
import asyncio
import time

from printer.domain.rules import Door, fee


def test_a_child_does_not_enter():
    time.sleep(0.2)
    assert not asyncio.run(Door().opens(17))
"""
OF_THE_FEE = """
import subprocess
import sys
import time

CODE = "from printer.domain.rules import fee; assert fee(10) == 10"


def test_everybody_pays_ten():
    try:
        subprocess.run([sys.executable, "-c", CODE], check=True)
    except subprocess.CalledProcessError:
        raise OSError("an error of a call\\nstatus = DEADLINE_EXCEEDED") from None
"""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    root = tmp_path / "repository"
    for name, text in {
        "src/printer/domain/rules.py": RULES,
        "src/printer/domain/__init__.py": "",
        "src/printer/__init__.py": "",
        "tests/test_a_process.py": IN_A_PROCESS,
        "tests/test_door.py": IN_THE_TEST,
        "tests/test_fee.py": OF_THE_FEE,
    }.items():
        file = root / "services/printer" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return root


def test_calls_are_seen_in_the_test_and_in_its_processes(repository: Path) -> None:
    target = target_for("printer", repository)
    name = "services/printer/src/printer/domain/rules.py"

    with copy_of(repository) as workspace:
        reach = workspace.reach(target.tests, [], target.sources(workspace.root))
        source_afterwards = (workspace.root / name).read_text()

    assert reach is not None
    assert callers_at(reach, 9) == ["test_a_process.py", "test_door.py"]
    assert callers_at(reach, 13) == ["test_fee.py"]
    assert source_afterwards == RULES


def test_a_test_that_fails_once_runs_again(repository: Path, tmp_path: Path) -> None:
    tried = tmp_path / "tried"
    (repository / "services/printer/tests/test_busy.py").write_text(
        "from pathlib import Path\n\n\ndef test_it_fails_once():\n"
        f"    tried = Path({str(tried)!r})\n"
        "    before = tried.exists()\n    tried.touch()\n    assert before\n"
    )
    target = target_for("printer", repository)

    with copy_of(repository) as workspace:
        reach = workspace.reach(target.tests, [], target.sources(workspace.root))

    assert reach is not None
    assert [file.name for file, _ in reach.files] == [
        "test_a_process.py",
        "test_busy.py",
        "test_door.py",
        "test_fee.py",
    ]


def callers_at(reach: Reach, line: int) -> list[str]:
    function = function_at("services/printer/src/printer/domain/rules.py", RULES, line)
    return sorted(file.name for file, _ in reach.tests_of(function))


def test_the_quickest_tests_run_first_and_those_that_do_not_call_it_not_at_all() -> None:
    reach = Reach([(Path("slow"), 9.0), (Path("quick"), 1.0), (Path("other"), 0.5)], {"f": {1, 2}})

    assert reach.tests_of("f") == [(Path("quick"), 1.0), (Path("slow"), 9.0)]
    assert reach.tests_of("g") == []


def test_all_tests_run_for_what_is_called_at_import() -> None:
    files = [(Path("quick"), 1.0), (Path("slow"), 9.0)]
    reach = Reach(files, {"f": {0, 2}})

    assert reach.tests_of("f") == [(Path("slow"), 9.0), (Path("quick"), 1.0)]
    assert reach.tests_of(None) == files


def test_a_function_is_named_by_the_innermost_that_holds_the_line() -> None:
    source = "A = 1\n\n\ndef f(a=2):\n    def g():\n        return 3\n\n    return g\n"

    names = [function_at("a.py", source, line) for line in (1, 4, 6, 8)]

    assert names == [None, "a.py:4", "a.py:5", "a.py:4"]


def test_a_probed_function_keeps_its_docstring() -> None:
    probed = with_probes("a.py", 'def f():\n    """Say."""\n    return 1\n')

    assert probed == (
        'def f():\n    """Say."""\n'
        "    __import__('mutation_probe').called('a.py:1')\n    return 1"
    )


def test_failures_by_a_time_limit_are_counted_apart(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["printer", "--root", str(repository), "--sample", "100"])

    lines = capsys.readouterr().out.splitlines()
    fee = next(number for number, line in enumerate(lines) if "10 becomes 10 + 1" in line)
    assert "noticed" in lines[fee]
    assert "test_fee.py::test_everybody_pays_ten - OSError: an error" in lines[fee + 1]
    assert lines[fee + 1].endswith("(DEADLINE_EXCEEDED)")
    assert '"by_time_limit": 1' in lines[-1]
