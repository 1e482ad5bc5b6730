"""Fixtures of the tests that call the use cases over a real database."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from issuance.store.records import MIGRATIONS, Store
from servicekit.storage.database import Database
from sqlalchemy import Connection, event

from services.databases import make_tables, open_database

from .emergencies import EMERGENCIES
from .patient import PATIENT
from .verifying import RENEWALS_GO_ON
from .workflow import Workflow


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A database with the tables of issuance and nothing in them."""
    make_tables(database_url, MIGRATIONS)
    database = open_database(database_url)
    yield database
    await database.close()


@pytest.fixture
def statements(database: Database) -> Iterator[list[str]]:
    """Statements that the database gets from here on."""
    seen: list[str] = []

    def remember(connection: Connection, cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", remember)
    yield seen
    event.remove(engine, "before_cursor_execute", remember)


@pytest_asyncio.fixture
async def workflow(database: Database) -> Workflow:
    """Two offices that make 162 books a day each, on Friday, 26 October 2018, at nine."""
    workflow = Workflow(Store(database, "one", PATIENT))
    await workflow.opens()
    return workflow


@pytest_asyncio.fixture
async def one_book_a_day(database: Database) -> Workflow:
    """Two offices that make one book a day each, on Friday, 26 October 2018, at nine."""
    workflow = Workflow(Store(database, "one", PATIENT), books_per_day=1)
    await workflow.opens()
    return workflow


@pytest_asyncio.fixture
async def renewals_go_on(database: Database) -> Workflow:
    """The first of these, where renewals go on by verification in outages of the matcher."""
    workflow = Workflow(Store(database, "one", PATIENT), policy=RENEWALS_GO_ON)
    await workflow.opens()
    return workflow


@pytest_asyncio.fixture
async def emergencies(database: Database) -> Workflow:
    """The same, and emergency documents of 60 days are made then."""
    workflow = Workflow(Store(database, "one", PATIENT), policy=EMERGENCIES)
    await workflow.opens()
    return workflow
