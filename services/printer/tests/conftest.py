"""Fixtures of the printer's tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from .office import Office, open_office


@pytest_asyncio.fixture
async def office(tmp_path: Path, database_url: str) -> AsyncIterator[Office]:
    """A running office without machines."""
    async with open_office(tmp_path, database_url) as running:
        yield running
