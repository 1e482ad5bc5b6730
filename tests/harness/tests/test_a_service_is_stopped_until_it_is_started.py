"""`harness stop printer` keeps a service of `make up` stopped until `harness start printer`."""

import asyncio
import sys
from pathlib import Path

import pytest
from harness.keep_running import keep_running
from harness.process import Died, Process
from harness.stopped_services import NotAnswered, StoppedServices, start, stop

LASTING = "import time; print('READY here', flush=True); time.sleep(600)"


def a_process(folder: Path) -> Process:
    return Process("printer", [sys.executable, "-c", LASTING], folder / "printer.log")


async def test_it_is_not_started_meanwhile(tmp_path: Path) -> None:
    process, reports = a_process(tmp_path), list[str]()

    async def restart(_: str) -> None:
        process.start()
        await process.ready(within=60.0)

    await restart("printer")
    keeping = asyncio.create_task(
        keep_running({"printer": process}, restart, reports.append, StoppedServices(tmp_path))
    )

    await asyncio.to_thread(stop, tmp_path, "printer")
    first, was_running = process.pid, process.running
    await asyncio.to_thread(start, tmp_path, "printer")
    is_running = process.running
    keeping.cancel()
    process.kill9()

    assert (was_running, is_running) == (False, True)
    assert reports == ["printer is stopped", f"printer serves again, process {process.pid}"]
    assert process.pid != first


def test_who_is_not_running_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(NotAnswered, match=r"no country runs in"):
        stop(tmp_path, "printer", within=0.1)

    assert list(tmp_path.iterdir()) == []


async def test_one_that_cannot_start_again_is_reported(tmp_path: Path) -> None:
    process = a_process(tmp_path)

    async def restart(_: str) -> None:
        raise Died("printer does not serve")

    process.start()
    await process.ready(within=60.0)
    keeping = asyncio.create_task(
        keep_running({"printer": process}, restart, lambda _: None, StoppedServices(tmp_path))
    )
    await asyncio.to_thread(stop, tmp_path, "printer")
    starting = asyncio.create_task(asyncio.to_thread(start, tmp_path, "printer", 2.0))

    with pytest.raises(Died, match="does not serve"):
        await asyncio.wait_for(keeping, 60)
    with pytest.raises(NotAnswered):
        await starting
