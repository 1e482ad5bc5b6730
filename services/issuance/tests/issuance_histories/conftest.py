"""Databases for histories."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from issuance.store.records import MIGRATIONS
from servicekit.storage.database import Database, migrate

from ..use_cases.conftest import database  # noqa: TID252

__all__ = ["database"]


@pytest_asyncio.fixture
async def other_database(tmp_path: Path) -> AsyncIterator[Database]:
    """Another database with the tables of issuance and nothing in them."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'other.sqlite'}"
    migrate(url, MIGRATIONS)
    other = Database(url)
    yield other
    await other.close()
