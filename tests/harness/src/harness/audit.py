"""The end of the fortnight is checked from the outside: services against machines and people.

Nothing here trusts a service's own sums: serials come from the machines' ledgers, document numbers
from the text of the printed pages, identities from the making of the world.
"""

import hashlib
from collections import Counter as Tally
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from zoneinfo import ZoneInfo

from google.protobuf.timestamp_pb2 import Timestamp
from passport.issuance.v1 import applications_pb2 as applications
from passport.issuance.v1 import operations_pb2 as operations
from passport.printer.v1 import shopfloor_pb2 as shopfloor

from harness.casebook import Casebook
from harness.facts import Books, Check, Facts, Row
from harness.roles.examiners import Examined
from harness.trays import Tray, document_number, read_mrz
from harness.world.names import day_of

HANDED_OVER = applications.APPLICATION_STATE_HANDED_OVER
REFUSED = applications.APPLICATION_STATE_REFUSED
_GONE = (shopfloor.BOOK_STATE_ISSUED, shopfloor.BOOK_STATE_SPOILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything the audit looks at, gathered when the fortnight is over."""

    files: Sequence[applications.Application]
    notices: Sequence[operations.Notice]
    books: Sequence[shopfloor.Book]
    balance: shopfloor.BookBalance
    trays: Sequence[Tray]
    casebook: Casebook
    examined: Sequence[Examined]
    zone: ZoneInfo


def books(evidence: Evidence, facts: Facts) -> Iterable[Check]:
    """The service's books against the machines' ledgers, to the last serial."""
    state = {book.serial: book.state for book in evidence.books}
    ledger = [line for tray in evidence.trays for line in tray.printed()]
    printed = Tally(line.book_serial for line in ledger)
    issued = {serial for serial, at in state.items() if at == shopfloor.BOOK_STATE_ISSUED}
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
    yield Check("no passport was printed twice", facts.printed_twice == 0, _of(facts.printed_twice))
    yield Check(
        "what lies in the trays is what the ledgers say",
        _digests_agree(evidence.trays),
        f"{len(ledger)} pages, SHA-256",
    )


def people(evidence: Evidence, facts: Facts) -> Iterable[Check]:
    """Everybody honest has a passport, with their own number in it; nobody else has."""
    cases, files = evidence.casebook.cases, evidence.files
    planted = {key for key, case in cases.items() if case.applicant.planted}
    honest = [file for file in files if file.application_id not in planted]
    facts.applications = len(files)
    facts.collected = sum(file.state == HANDED_OVER for file in files)
    facts.refused = sum(file.state == REFUSED for file in files)
    facts.honest_refused = sum(file.state == REFUSED for file in honest)
    facts.planted = len(planted)
    yield Check(
        "no honest applicant was refused", not facts.honest_refused, _of(facts.honest_refused)
    )
    waiting = [file for file in honest if file.state != HANDED_OVER]
    yield Check(
        "nobody is forgotten",
        not waiting,
        f"{len(honest) - len(waiting)} of {len(honest)} collected",
    )
    on_paper = _numbers_on_paper(evidence.trays)
    yield Check(
        "each holds the book with their own number",
        all(on_paper.get(f.book_serial) == f.document_number for f in honest),
        "document numbers read from the pages",
    )
    renewals = [f for f in honest if cases[f.application_id].applicant.renews]
    facts.renewals = len(renewals)
    facts.own_record_first = sum(file.own_record_first for file in renewals)


def identities(evidence: Evidence, facts: Facts) -> Iterable[Check]:
    """Second identities are found and refused by two; false alarms end on the day they began."""
    cases = evidence.casebook.cases
    tasks = [one.task for one in evidence.examined]
    against = {t.application_id: t for t in tasks if cases[t.application_id].applicant.planted}
    alarms = [task for task in tasks if task.application_id not in against]
    confirmed = [
        task for task in against.values()
        if len({look.by for look in task.looks}) == len(task.looks) >= 2
        and _state(evidence, task.application_id) == REFUSED
    ]  # fmt: skip
    facts.planted_adjudicated, facts.planted_confirmed = len(against), len(confirmed)
    yield Check(
        "each second identity was refused by two different examiners",
        len(confirmed) == facts.planted,
        f"{len(confirmed)} of {facts.planted}",
    )
    cleared = [
        task for task in alarms
        if day(task.opened_at, evidence.zone) == day(task.closed_at, evidence.zone)
        and _state(evidence, task.application_id) == HANDED_OVER
    ]  # fmt: skip
    facts.false_alarms, facts.false_alarms_cleared = len(alarms), len(cleared)
    yield Check(
        "each false alarm was cleared on its day",
        len(cleared) == len(alarms),
        f"{len(cleared)} of {len(alarms)}",
    )


def dates(
    evidence: Evidence, facts: Facts, announced: Mapping[date, date], would: Mapping[date, date]
) -> Iterable[Check]:
    """The plan gave the announced dates; the days of collection are those our rules promise."""
    zone = evidence.zone
    collected = Tally(
        (day(file.completed_at, zone), day(file.handed_over_at, zone))
        for file in evidence.files
        if file.state == HANDED_OVER
    )
    facts.as_it_would_have_been = [
        Row(applied, collect, count) for (applied, collect), count in sorted(collected.items())
    ]
    for name, rows, expected in (
        ("as it was: the plan gives exactly the dates announced", facts.as_it_was, announced),
        ("as it would have been: collected on the days our rules give",
         facts.as_it_would_have_been, would),
    ):  # fmt: skip
        yield Check(
            name,
            {(row.applied, row.collect) for row in rows} == set(expected.items()),
            "; ".join(f"{_short(r.applied)} to {_short(r.collect)}: {r.count}" for r in rows),
        )


def notices(evidence: Evidence) -> Iterable[Check]:
    """Everybody was told their day, each change once, never a day that had passed."""
    told: dict[str, list[date]] = {}
    past = twice = 0
    for notice in evidence.notices:
        if not notice.HasField("collect_on"):
            continue
        promised, earlier = day_of(notice.collect_on), told.setdefault(notice.application_id, [])
        past += promised < day(notice.at, evidence.zone)
        if notice.kind in (operations.NOTICE_KIND_PROMISE, operations.NOTICE_KIND_MOVED):
            twice += bool(earlier) and earlier[-1] == promised
            earlier.append(promised)
    yield Check("nobody was promised a day in the past", not past, _of(past))
    yield Check("nobody was told the same day twice", not twice, _of(twice))
    kept = [
        file for file in evidence.files
        if file.state == HANDED_OVER
        and told.get(file.application_id, [None])[-1] == day(file.handed_over_at, evidence.zone)
    ]  # fmt: skip
    collected = sum(file.state == HANDED_OVER for file in evidence.files)
    yield Check(
        "everybody collected on the day they were told last",
        len(kept) == collected,
        f"{len(kept)} of {collected}",
    )


def _printed_twice(trays: Sequence[Tray], state: Mapping[str, int]) -> int:
    """Books that came out again, and passports of one number in two books that are not spoiled."""
    serials = Tally(line.book_serial for tray in trays for line in tray.printed())
    numbers = Tally(
        number
        for serial, number in _numbers_on_paper(trays).items()
        if state.get(serial) != shopfloor.BOOK_STATE_SPOILED
    )
    return sum(count - 1 for tally in (serials, numbers) for count in tally.values())


def _numbers_on_paper(trays: Sequence[Tray]) -> dict[str, str]:
    return {
        serial: document_number(read_mrz(page)) for tray in trays for serial, page in tray.pages()
    }


def _digests_agree(trays: Sequence[Tray]) -> bool:
    return all(
        sorted(line.sha256 for line in tray.printed())
        == sorted(hashlib.sha256(page.read_bytes()).hexdigest() for _, page in tray.pages())
        for tray in trays
    )


def _state(evidence: Evidence, application_id: str) -> int:
    return next(f.state for f in evidence.files if f.application_id == application_id)


def day(stamp: Timestamp, zone: ZoneInfo) -> date:
    """The day on the office's wall."""
    return stamp.ToDatetime(UTC).astimezone(zone).date()


def _short(at: date) -> str:
    return f"{at.day} {at:%b}"


def _of(count: int) -> str:
    return f"{count} found" if count else "none"
