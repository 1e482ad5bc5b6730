"""What must not change meanwhile is locked before it is read, as PostgreSQL needs it.

SQLite locks the whole database, so the order is read from the statements.
"""

from collections.abc import Iterator

import pytest
from printer.domain.open_item import Resolution
from printer.domain.serial_range import SerialRange
from printer.domain.two_persons import DecisionReason, Proposal, ProposedAction
from printer.use_cases.count_books import count_books, resolve_open_item
from printer.use_cases.two_persons import two_persons_agree
from sqlalchemy import Connection, event

from .print_room import PrintRoom

LOCK = "UPDATE change_counter SET last_change=change_counter.last_change"


@pytest.fixture
def asked(room: PrintRoom) -> Iterator[list[str]]:
    """The first lines of all statements, from here on."""
    statements: list[str] = []

    def remember(connection: Connection, statement: object, *_: object) -> None:
        statements.append(str(statement).splitlines()[0])

    engine = room.database.engine.sync_engine
    event.listen(engine, "before_execute", remember)
    yield statements
    event.remove(engine, "before_execute", remember)


async def test_who_counts_books(room: PrintRoom, asked: list[str]) -> None:
    async with room.store.begin() as records:
        await count_books(records, "", [SerialRange("C0000001", 1)], room.by("siti"))

    assert asked[0] == LOCK


async def test_who_resolves_a_difference(room: PrintRoom, asked: list[str]) -> None:
    async with room.store.begin() as records:
        count = await count_books(records, "", [SerialRange("C0000001", 1)], room.by("siti"))
    resolution = Resolution(
        reason=DecisionReason.COUNTED_WRONGLY, explanation="it is a C", by=room.by("budi")
    )
    asked.clear()

    async with room.store.begin() as records:
        await resolve_open_item(records, count.opened[0].item_id, resolution)

    assert asked[0] == LOCK


async def test_who_proposes_what_a_second_person_confirms(
    room: PrintRoom, asked: list[str]
) -> None:
    proposal = Proposal(
        action=ProposedAction.RELEASE_AFTER_RESTORE,
        subject="restores/1",
        explanation="compared",
        by=room.by("siti"),
    )

    async with room.store.begin() as records:
        await two_persons_agree(records, proposal)

    assert asked[0] == LOCK
