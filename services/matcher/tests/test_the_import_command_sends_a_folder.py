"""`matcher import` sends PERSON/ENCOUNTER/POSITION files, and goes on after a broken stream."""

import asyncio
import re
from pathlib import Path

import pytest
from matcher.__main__ import main
from matcher.record.iso19794 import Edition, FingerRecord, write
from passport.type.v1 import biometrics_pb2 as b

from .caller import Caller, hits
from .command_process import run_command
from .conftest import Callers, Matchers
from .matcher_process import Matcher
from .people import BOTH_INDEX, fingers, given, minutiae, template


def write_register(folder: Path, persons: range) -> None:
    """Write one encounter of two index fingers for each person."""
    for person in persons:
        encounter = folder / f"p{person}" / f"e{person}"
        encounter.mkdir(parents=True)
        for position in BOTH_INDEX:
            (encounter / f"{position}.iso").write_bytes(template(person, position))


pytestmark = pytest.mark.timeout(300)


async def run_import(matcher: Matcher, folder: Path, *options: str) -> tuple[int | None, str, str]:
    """Run the command as a process of its own; returns its exit code, stdout and stderr."""
    files = matcher.identity("registry")
    ended = await asyncio.to_thread(
        run_command,
        "import", folder, "--to", matcher.address, "--certificate", files.certificate,
        "--private-key", files.private_key, "--authority", files.authority,
        "--server-name", "localhost", *options,
        cwd=folder,
    )  # fmt: skip
    return ended.returncode, ended.stdout, ended.stderr


async def test_files_become_encounters(
    shared_matcher: Matcher, issuance: Caller, someone: int, tmp_path: Path
) -> None:
    write_register(tmp_path, range(someone, someone + 2))
    encounter = tmp_path / f"p{someone}" / f"e{someone}"
    older = FingerRecord(1, 0, minutiae(someone, 1))
    (encounter / "01.iso").write_bytes(write(older, edition=Edition.Y2005))
    (encounter / "6.amputated").touch()
    options = ("--gallery", f"g{someone}", "--office", "BJM")

    first = await run_import(shared_matcher, tmp_path, *options)
    again = await run_import(shared_matcher, tmp_path, *options)

    stored = await issuance.get(f"e{someone}")
    assert first[:2] == (0, "encounters: 2 imported, 0 imported before, 0 refused\n")
    assert again[:2] == (0, "encounters: 0 imported, 2 imported before, 0 refused\n")
    assert (stored.person_id, stored.office_id) == (f"p{someone}", "BJM")
    assert list(stored.galleries) == [f"g{someone}"]
    assert [(f.position, f.missing_reason) for f in stored.fingers] == [
        (1, 0), (2, 0), (6, b.MISSING_REASON_AMPUTATED), (7, 0),
    ]  # fmt: skip
    decision = await issuance.identify(given(fingers(someone, impression=1)))
    assert hits(decision) == [f"p{someone}"]


async def test_what_is_refused_is_named_and_the_rest_imported(
    shared_matcher: Matcher, issuance: Caller, someone: int, tmp_path: Path
) -> None:
    write_register(tmp_path, range(someone, someone + 4))
    names = [f"p{n}/e{n}" for n in range(someone, someone + 4)]
    (tmp_path / names[0] / "thumb.iso").touch()
    (tmp_path / names[1] / "2.iso").write_bytes(b"no record")
    (tmp_path / names[3] / "11.iso").write_bytes(b"no finger")

    code, out, error = await run_import(shared_matcher, tmp_path)

    lines = out.splitlines()
    assert code == 1
    assert any(line.startswith(f"refused {names[0]}: INVALID_REQUEST: thumb") for line in lines)
    assert any(
        line.startswith(f"refused {names[1]}: BAD_TEMPLATE samples[0].template: ") for line in lines
    )
    assert any(
        line.startswith(f"refused {names[3]}: INVALID_REQUEST samples[0].position: ")
        for line in lines
    )
    assert lines[-1] == "encounters: 1 imported, 0 imported before, 3 refused"
    assert error.endswith("matcher: 3 of 4 encounters were refused\n")
    assert (await issuance.get(f"e{someone + 2}")).revision == 1


async def test_a_killed_matcher_is_waited_for(
    matchers: Matchers, callers: Callers, tmp_path: Path
) -> None:
    write_register(tmp_path / "register", range(1, 61))
    matcher = matchers().start(failpoints="matcher.import_encounters.after_commit:2")

    importing = asyncio.create_task(run_import(matcher, tmp_path / "register"))
    exit_code = await asyncio.to_thread(matcher.wait_for_end)
    await asyncio.to_thread(matcher.start, address=matcher.address)
    code, out, error = await importing

    counts = [int(number) for number in re.findall(r"\d+", out)]
    national = callers(matcher)
    assert (exit_code, code) == (-9, 0)
    assert "interrupted (UNAVAILABLE" in error
    assert sum(counts) == 60
    assert counts[1] > 0, "committed, but not acknowledged before the matcher was killed"
    for person in (1, 60):
        decision = await national.identify(given(fingers(person, impression=1)))
        assert hits(decision) == [f"p{person}"]
        assert decision.people_searched == 60


def test_a_folder_without_encounters_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(
            [
                "import", str(tmp_path), "--to", "localhost:1", "--certificate", "none",
                "--private-key", "none", "--authority", "none",
            ]
        )  # fmt: skip

    assert capsys.readouterr().err == (
        f"matcher import: {tmp_path}: there is no folder PERSON/ENCOUNTER in it\n"
    )
