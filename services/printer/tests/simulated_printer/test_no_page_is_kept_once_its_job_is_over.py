import asyncio
from pathlib import Path

import pytest
from printer.ipp.identifiers import IppJobState
from printer.simulated_printer.faults import FaultPlan
from printer.simulated_printer.ledger import Ledger
from printer.simulated_printer.print_engine import PrintEngine


@pytest.mark.parametrize(
    ("faults", "cancel", "state", "in_tray"),
    [
        ("", False, IppJobState.COMPLETED, ["000001-AB000001.pdf"]),
        ("", True, IppJobState.CANCELED, []),
        ("abort@1", False, IppJobState.ABORTED, []),
    ],
)
async def test_however_it_ended(
    tmp_path: Path, faults: str, cancel: bool, state: IppJobState, in_tray: list[str]
) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl", tmp_path / "tray")
    engine = PrintEngine(ledger, FaultPlan(faults, tmp_path / "documents"), 0.0, 0.0)
    job = engine.create("attempt", "AB000001", None, None)
    engine.receive(job, b"page")
    if cancel:
        engine.cancel(job)
    running = asyncio.create_task(engine.run())
    while job.state < IppJobState.CANCELED:  # noqa: ASYNC110  the engine tells nobody
        await asyncio.sleep(0)
    running.cancel()

    assert (job.state, job.document) == (state, None)
    assert [file.name for file in (tmp_path / "tray").iterdir()] == in_tray
