"""Audit of books: the printer service's stock against the machines' ledgers."""

import hashlib
from collections import Counter as Tally
from collections.abc import Iterable, Mapping, Sequence

from passport.printer.v1 import stock_pb2

from harness.audit.gathered import AuditData, number
from harness.demo_facts import Books, Check, Facts
from harness.machine_output import MachineOutput, numbers_on_paper

_GONE = (stock_pb2.BOOK_STATE_ISSUED, stock_pb2.BOOK_STATE_SPOILED)


def books(data: AuditData, facts: Facts) -> Iterable[Check]:
    """Check that stock and ledgers agree about every serial."""
    state = {book.serial: book.state for book in data.books}
    ledger = [line for output in data.machine_outputs for line in output.printed()]
    printed = Tally(line.book_serial for line in ledger)
    issued = {serial for serial, at in state.items() if at == stock_pb2.BOOK_STATE_ISSUED}
    balance = data.balance
    in_stock = balance.safe + balance.loaded
    facts.books = Books(
        balance.received, balance.issued, balance.spoiled, balance.quarantined, in_stock
    )
    yield Check(
        "every book is in exactly one state",
        balance.received == len(state) == balance.issued + balance.spoiled + in_stock,
        f"{balance.received} received = {balance.issued} issued + {balance.spoiled} spoiled "
        f"+ {in_stock} in stock",
    )
    yield Check(
        "each passport issued was printed exactly once",
        all(printed[serial] == 1 for serial in issued),
        f"{len(issued)} serials in {len(ledger)} lines of the ledgers",
    )
    unknown_to_service = sorted(serial for serial in printed if state.get(serial) not in _GONE)
    yield Check(
        "no machine printed a book that the service does not know",
        not unknown_to_service,
        ", ".join(unknown_to_service[:5]) or "none",
    )
    facts.printed_twice = _printed_twice(data.machine_outputs, state)
    yield Check(
        "no passport was printed twice", facts.printed_twice == 0, number(facts.printed_twice)
    )
    yield Check(
        "the pages in the trays are those of the ledgers",
        _digests_agree(data.machine_outputs),
        f"{len(ledger)} pages, SHA-256",
    )


def _printed_twice(machine_outputs: Sequence[MachineOutput], state: Mapping[str, int]) -> int:
    """Count books printed again, and document numbers found in two books that are not spoiled."""
    serials = Tally(line.book_serial for output in machine_outputs for line in output.printed())
    numbers = Tally(
        number
        for serial, number in numbers_on_paper(machine_outputs).items()
        if state.get(serial) != stock_pb2.BOOK_STATE_SPOILED
    )
    return sum(count - 1 for tally in (serials, numbers) for count in tally.values())


def _digests_agree(machine_outputs: Sequence[MachineOutput]) -> bool:
    return all(
        sorted(line.sha256 for line in output.printed())
        == sorted(hashlib.sha256(page.read_bytes()).hexdigest() for _, page in output.pages())
        for output in machine_outputs
    )
