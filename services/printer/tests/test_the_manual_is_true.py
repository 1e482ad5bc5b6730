import asyncio
import shlex
import signal
import sys
from pathlib import Path

import pytest
from printer.domain.job_transitions import TRANSITIONS

MANUAL = (Path(__file__).parents[3] / "docs" / "printer.md").read_text(encoding="utf-8")


def test_it_shows_the_table_of_jobs() -> None:
    rows = []
    for (state, event), transition in TRANSITIONS.items():
        book = (
            f"{transition.book.source.value} → {transition.book.target.value}"
            if transition.book
            else ""
        )
        outcome = transition.outcome.value if transition.outcome else ""
        cells = (state.value, f"{event.name}: {event.value}", transition.state.value, outcome, book)
        rows.append("|" + "|".join(f" {cell} " if cell else " " for cell in cells) + "|")

    shown = [line for line in MANUAL.splitlines() if ": " in line and line.startswith("| ")]

    assert shown == rows


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
async def test_its_machine_starts_and_ends(tmp_path: Path, number: int, status: int) -> None:
    [line] = [line for line in MANUAL.splitlines() if line.startswith("printer simulated-printer")]
    command = shlex.split(line.replace(":8631", ":0"))

    machine = await asyncio.create_subprocess_exec(
        sys.executable, "-m", *command, cwd=tmp_path, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert machine.stdout is not None
    ready = await machine.stdout.readline()
    machine.send_signal(number)

    assert ready.startswith(b"READY simulated-printer 127.0.0.1:")
    assert await machine.wait() == status
    assert (tmp_path / "m1" / "tray").is_dir()
