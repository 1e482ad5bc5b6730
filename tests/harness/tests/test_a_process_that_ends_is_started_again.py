"""`make up` starts again what ended by itself, says so, and gives up on what ends at once."""

import asyncio
import sys
from pathlib import Path

import pytest
from harness.keep_running import keep_running
from harness.process import Died, Process
from harness.stopped_services import StoppedServices

LASTING = "import time; print('READY here', flush=True); time.sleep(600)"


def a_process(program: str, folder: Path) -> Process:
    return Process("issuance", [sys.executable, "-c", program], folder / "issuance.log")


async def test_one_that_was_killed_serves_again(tmp_path: Path) -> None:
    process, reports = a_process(LASTING, tmp_path), list[str]()
    serves_again = asyncio.Event()

    def report(line: str) -> None:
        reports.append(line)
        if "serves again" in line:
            serves_again.set()

    async def restart(_: str) -> None:
        process.start()
        await process.ready(within=20.0)

    await restart("issuance")
    keeping = asyncio.create_task(
        keep_running({"issuance": process}, restart, report, StoppedServices(tmp_path))
    )

    process.kill9()
    await asyncio.wait_for(serves_again.wait(), 30)

    assert reports == [
        f"issuance ended (killed by SIGKILL); log: {tmp_path}/issuance.log",
        f"issuance serves again, process {process.pid}",
    ]
    assert process.running
    keeping.cancel()
    process.kill9()


async def test_one_that_ends_a_fourth_time_within_a_minute_is_given_up(tmp_path: Path) -> None:
    process, reports = a_process("raise SystemExit('no database')", tmp_path), list[str]()

    async def restart(_: str) -> None:
        process.start()
        await process.stopped(within=20.0)

    await restart("issuance")
    with pytest.raises(Died, match=r"again and again; .*issuance\.log ends with:\nno database"):
        await asyncio.wait_for(
            keep_running({"issuance": process}, restart, reports.append, StoppedServices(tmp_path)),
            30,
        )

    assert sum("serves again" in line for line in reports) == 3
    assert reports[0] == f"issuance ended (status 1); log: {tmp_path}/issuance.log"
