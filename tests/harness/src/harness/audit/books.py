"""The service's books against the machines' ledgers."""

import hashlib
from collections import Counter as Tally
from collections.abc import Iterable, Mapping, Sequence

from passport.printer.v1 import stock_pb2

from harness.audit.evidence import Evidence, number
from harness.facts import Books, Check, Facts
from harness.trays import Tray, numbers_on_paper

_GONE = (stock_pb2.BOOK_STATE_ISSUED, stock_pb2.BOOK_STATE_SPOILED)


def books(evidence: Evidence, facts: Facts) -> Iterable[Check]:
    """The service's books against the machines' ledgers, to the last serial."""
    state = {book.serial: book.state for book in evidence.books}
    ledger = [line for tray in evidence.trays for line in tray.printed()]
    printed = Tally(line.book_serial for line in ledger)
    issued = {serial for serial, at in state.items() if at == stock_pb2.BOOK_STATE_ISSUED}
    balance = evidence.balance
    in_stock = balance.safe + balance.loaded
    facts.books = Books(
        balance.received, balance.issued, balance.spoiled, balance.quarantined, in_stock
    )
    yield Check(
        "every book is somewhere",
        balance.received == len(state) == balance.issued + balance.spoiled + in_stock,
        f"{balance.received} received = {balance.issued} issued + {balance.spoiled} spoiled "
        f"+ {in_stock} in stock",
    )
    yield Check(
        "each passport issued came out of a machine, once",
        all(printed[serial] == 1 for serial in issued),
        f"{len(issued)} serials in {len(ledger)} lines of the ledgers",
    )
    strays = sorted(serial for serial in printed if state.get(serial) not in _GONE)
    yield Check(
        "nothing came out of a machine that the service does not know",
        not strays,
        ", ".join(strays[:5]) or "no stray book",
    )
    facts.printed_twice = _printed_twice(evidence.trays, state)
    yield Check(
        "no passport was printed twice", facts.printed_twice == 0, number(facts.printed_twice)
    )
    yield Check(
        "what lies in the trays is what the ledgers say",
        _digests_agree(evidence.trays),
        f"{len(ledger)} pages, SHA-256",
    )


def _printed_twice(trays: Sequence[Tray], state: Mapping[str, int]) -> int:
    """Books that came out again, and passports of one number in two books that are not spoiled."""
    serials = Tally(line.book_serial for tray in trays for line in tray.printed())
    numbers = Tally(
        number
        for serial, number in numbers_on_paper(trays).items()
        if state.get(serial) != stock_pb2.BOOK_STATE_SPOILED
    )
    return sum(count - 1 for tally in (serials, numbers) for count in tally.values())


def _digests_agree(trays: Sequence[Tray]) -> bool:
    return all(
        sorted(line.sha256 for line in tray.printed())
        == sorted(hashlib.sha256(page.read_bytes()).hexdigest() for _, page in tray.pages())
        for tray in trays
    )
