"""Fixtures of the tests that run use cases without a server."""

from collections.abc import AsyncIterator

import pytest_asyncio

from .print_room import PrintRoom, a_print_room


@pytest_asyncio.fixture
async def room(database_url: str) -> AsyncIterator[PrintRoom]:
    """A print room with the machine M1 and three blank books in it."""
    async with a_print_room(database_url) as opened:
        yield opened
