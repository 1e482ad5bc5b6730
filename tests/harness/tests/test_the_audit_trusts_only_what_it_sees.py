import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from harness import audit
from harness.demo_facts import Check, Facts
from harness.ground_truth import GroundTruth
from harness.machine_output import MachineOutput
from passport.printer.v1 import stock_pb2

ISSUED, SPOILED, LOADED = (
    stock_pb2.BOOK_STATE_ISSUED,
    stock_pb2.BOOK_STATE_SPOILED,
    stock_pb2.BOOK_STATE_LOADED,
)
Books = dict[str, "stock_pb2.BookState.ValueType"]


@pytest.fixture
def output(tmp_path: Path) -> MachineOutput:
    (tmp_path / "tray").mkdir()
    return MachineOutput("M1", tmp_path / "ledger.jsonl", tmp_path / "tray")


def test_books_that_agree_with_the_ledger_pass(output: MachineOutput, facts: Facts) -> None:
    _print(output, 1, "X0000001", "A1")
    _print(output, 2, "X0000002", "A2")

    failed = _failed(output, {"X0000001": ISSUED, "X0000002": ISSUED, "X0000003": LOADED}, facts)

    assert failed == []
    assert facts.printed_twice == 0
    assert (facts.books.received, facts.books.issued, facts.books.in_stock) == (3, 2, 1)


def test_a_spoiled_book_may_carry_the_number_that_was_printed_again(
    output: MachineOutput, facts: Facts
) -> None:
    _print(output, 1, "X0000001", "A1")
    _print(output, 2, "X0000002", "A1")

    assert _failed(output, {"X0000001": SPOILED, "X0000002": ISSUED}, facts) == []
    assert facts.printed_twice == 0


@pytest.mark.parametrize(
    ("printed", "books"),
    [
        pytest.param([("X0000001", "A1"), ("X0000001", "A1")], {"X0000001": ISSUED}, id="book"),
        pytest.param(
            [("X0000001", "A1"), ("X0000002", "A1")],
            {"X0000001": ISSUED, "X0000002": ISSUED},
            id="number",
        ),
    ],
)
def test_what_was_printed_twice_is_counted(
    output: MachineOutput, facts: Facts, printed: Iterable[tuple[str, str]], books: Books
) -> None:
    for line, (serial, number) in enumerate(printed, start=1):
        _print(output, line, serial, number)

    failed = _failed(output, books, facts)

    assert "no passport was printed twice" in failed
    assert facts.printed_twice >= 1


@pytest.mark.parametrize(
    ("books", "says"),
    [
        ({"X0000001": LOADED}, "no machine printed a book that the service does not know"),
        (
            {"X0000001": ISSUED, "X0000009": ISSUED},
            "each passport issued was printed exactly once",
        ),
    ],
)
def test_books_that_differ_from_the_ledger_fail(
    output: MachineOutput, facts: Facts, books: Books, says: str
) -> None:
    _print(output, 1, "X0000001", "A1")

    assert says in _failed(output, books, facts)


def test_a_page_exchanged_in_the_tray_is_noticed(output: MachineOutput, facts: Facts) -> None:
    _print(output, 1, "X0000001", "A1")
    (output.folder / "000001-X0000001.pdf").write_bytes(_page("A2"))

    assert "the pages in the trays are those of the ledgers" in _failed(
        output, {"X0000001": ISSUED}, facts
    )


def _failed(output: MachineOutput, books: Books, facts: Facts) -> list[str]:
    count = list(books.values()).count
    data = audit.AuditData(
        files=[],
        notices=[],
        books=[stock_pb2.Book(serial=serial, state=state) for serial, state in books.items()],
        balance=stock_pb2.BookBalance(
            received=len(books),
            issued=count(ISSUED),
            spoiled=count(SPOILED),
            loaded=count(LOADED),
        ),
        machine_outputs=[output],
        ground_truth=GroundTruth([]),
        examined=[],
        zone=ZoneInfo("Asia/Makassar"),
    )
    checks: list[Check] = list(audit.books(data, facts))
    return [check.what for check in checks if not check.holds]


def _print(output: MachineOutput, line: int, serial: str, number: str) -> None:
    page = _page(number)
    entry = {
        "book_serial": serial,
        "job_name": str(line),
        "sha256": hashlib.sha256(page).hexdigest(),
    }
    with output.ledger.open("a") as ledger:
        ledger.write(json.dumps(entry) + "\n")
    (output.folder / f"{line:06d}-{serial}.pdf").write_bytes(page)


def _page(number: str) -> bytes:
    """A PDF of two lines of text, written by hand."""
    upper, lower = "P<IDNTEST".ljust(44, "<"), number.ljust(44, "<")
    text = f"BT /F1 10 Tf 20 40 Td ({upper}) Tj 0 -15 Td ({lower}) Tj ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 354 249]/Contents 4 0 R"
        b"/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Courier>>>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(text), text),
    ]
    body = b"%PDF-1.4\n"
    offsets = []
    for number_of, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj%s endobj\n" % (number_of, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return (
        body
        + b"xref\n0 5\n0000000000 65535 f \n%strailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
        % (
            table,
            len(body),
        )
    )
