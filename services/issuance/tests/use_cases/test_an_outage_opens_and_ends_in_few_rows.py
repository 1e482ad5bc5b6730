"""Opening or ending an outage writes a few rows, however many applications wait for it."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from issuance.domain.application_type import ApplicationType
from issuance.domain.collection_plan import PriorityClass
from issuance.domain.outage import OutageScope
from issuance.domain.states import ApplicationState
from issuance.store.tables.applications import applications
from servicekit.storage.database import Database
from sqlalchemy import Connection, event, insert

from .workflow import Workflow

CASES = 20_000


@pytest.fixture
def rows(database: Database) -> Iterator[list[int]]:
    """Number of rows that each statement from here on has written."""
    written: list[int] = []

    def remember(connection: Connection, cursor: Any, statement: str, *_: object) -> None:
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            written.append(cursor.rowcount)

    engine = database.engine.sync_engine
    event.listen(engine, "after_cursor_execute", remember)
    yield written
    event.remove(engine, "after_cursor_execute", remember)


async def test_an_outage_opens_and_ends_in_few_rows(workflow: Workflow, rows: list[int]) -> None:
    await _wait(workflow, CASES)
    rows.clear()

    outage = await workflow.declares(OutageScope.MATCHER)
    opened = list(rows)
    rows.clear()
    await workflow.ends(outage)

    # The outage, who recorded what of it, and that two offices have to be planned again.
    assert sorted(opened) == [1, 1, 2]
    assert sorted(rows) == [1, 1, 2]
    async with workflow.store.read() as records:
        assert (await records.outages.with_cases([await records.outages.get(outage)]))[
            0
        ].cases == CASES


async def _wait(workflow: Workflow, count: int) -> None:
    """Let so many cases wait for the matcher."""
    since = workflow.now_is - timedelta(hours=1)
    case = {
        "type": ApplicationType.NEW,
        "priority_class": PriorityClass.NORMAL,
        "state": ApplicationState.IDENTIFYING,
        "created_at": since,
        "state_since": since,
        "completed_at": since,
        "applied_on": since.date(),
        "due_on": date(2018, 10, 31),
        "promised_collection_date": date(2018, 10, 31),
        "office": "BJM",
        "holder": b"holder",
        "revision": 1,
        "delayed": False,
        "decision_id": "",
        "document_number": "",
        "print_job": "",
        "book_serial": "",
    }
    async with workflow.store.begin() as records:
        await records.connection.execute(
            insert(applications),
            [
                case | {"id": f"case-{n}", "person_id": f"person-{n}", "queue_number": n}
                for n in range(1, count + 1)
            ],
        )
