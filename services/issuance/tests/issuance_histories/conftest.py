"""Databases for histories."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from issuance.store.records import MIGRATIONS
from servicekit.storage.database import Database

from services.databases import database_of, make_tables

from ..recovery.virtual_time import sqlite_without_threads  # noqa: TID252
from ..use_cases.conftest import database  # noqa: TID252

__all__ = ["database"]


@pytest.fixture(autouse=True)
def _in_one_thread() -> Iterator[None]:
    """One thing happens after another in a history: threads would only cost time."""
    with sqlite_without_threads():
        yield


@pytest_asyncio.fixture
async def other_database(tmp_path: Path) -> AsyncIterator[Database]:
    """Another database with the tables of issuance and nothing in them."""
    url = database_of(tmp_path / "other.sqlite")
    make_tables(url, MIGRATIONS)
    other = Database(url)
    yield other
    await other.close()
