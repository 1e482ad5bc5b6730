from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from printer.domain.book import Book, BookState, BookTransition
from servicekit.errors import StaleRevision

from ..use_cases.print_room import PrintRoom, a_print_room  # noqa: TID252


@pytest_asyncio.fixture
async def room(database_url: str) -> AsyncIterator[PrintRoom]:
    async with a_print_room(database_url) as opened:
        yield opened


async def test_for_whoever_believes_it_still_assigned(room: PrintRoom) -> None:
    issued = Book("B1000001", BookState.ISSUED, "M1")

    with pytest.raises(StaleRevision, match="ASSIGNED"):
        async with room.store.begin() as records:
            await records.books.apply_transition(BookTransition.ISSUE, issued, room.operator())

    assert await room.books(BookState.LOADED) == ["B1000001", "B1000002", "B1000003"]
