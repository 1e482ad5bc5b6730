from pathlib import Path

import pytest
from printer.simulated_printer.faults import FaultPlan, InjectedFault
from printer.simulated_printer.ledger import Ledger, read_ledger


def _open(folder: Path) -> Ledger:
    return Ledger(folder / "ledger.jsonl", folder / "tray")


def test_a_book_printed_twice_is_there_twice(tmp_path: Path) -> None:
    ledger = _open(tmp_path)

    ledger.print("B000001", "a", b"page")
    ledger.print("B000001", "a", b"page")

    lines = read_ledger(tmp_path / "ledger.jsonl")
    assert [line["line"] for line in lines] == [1, 2]
    assert [line["book_serial"] for line in lines] == ["B000001", "B000001"]
    assert len(list((tmp_path / "tray").iterdir())) == 2


def test_a_line_cut_off_by_a_crash_is_no_book(tmp_path: Path) -> None:
    _open(tmp_path).print("B000001", "a", b"page")
    with (tmp_path / "ledger.jsonl").open("a") as stream:
        stream.write('{"line": 2, "book_se')

    _open(tmp_path).print("B000002", "b", b"page")

    assert [line["book_serial"] for line in read_ledger(tmp_path / "ledger.jsonl")] == [
        "B000001",
        "B000002",
    ]


def test_the_tray_is_brought_to_agree_with_the_ledger(tmp_path: Path) -> None:
    _open(tmp_path).print("B000001", "a", b"page")
    tray = tmp_path / "tray"
    (tray / "000001-B000001.pdf").rename(tray / "000001-B000001.pdf.part")
    (tray / "000002-B000002.pdf.part").write_bytes(b"half")

    _open(tmp_path)

    assert [page.name for page in tray.iterdir()] == ["000001-B000001.pdf"]


def test_a_fault_strikes_once_over_restarts(tmp_path: Path) -> None:
    memory = tmp_path / "documents"

    first = [FaultPlan("jam@2", memory).next_fault() for _ in range(3)]

    assert first == [None, InjectedFault.JAM, None]


@pytest.mark.parametrize("plan", ["jam", "jam@0", "fire@1", "jam@x"])
def test_a_plan_that_cannot_be_read_is_refused(plan: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"(?i)fault"):
        FaultPlan(plan, tmp_path / "documents")
