"""What a transaction that writes reads first is locked, as PostgreSQL would be asked to do it.

SQLite locks the whole database and leaves the words out, so they are read from the statements.
"""

from collections.abc import Iterator

import pytest
from issuance.domain.adjudication_referral import Candidate
from issuance.domain.notices import QUEUE_CHANGED, delayed_notice
from issuance.domain.outage import OutageScope
from issuance.domain.outbox_task_kind import OutboxTaskKind
from servicekit.storage.database import Database
from sqlalchemy import ClauseElement, Connection, event
from sqlalchemy.dialects import postgresql

from .workflow import Workflow

POSTGRESQL = postgresql.dialect()  # type: ignore[no-untyped-call]
LOCKED = "FOR UPDATE"
LOCKED_BUT_FOR_KEYS = "FOR NO KEY UPDATE"
LOCKED_BY_NOBODY_ELSE = "FOR UPDATE SKIP LOCKED"


@pytest.fixture
def asked(database: Database) -> Iterator[list[str]]:
    """Statements, in PostgreSQL's words, from here on."""
    statements: list[str] = []

    def remember(connection: Connection, statement: object, *_: object) -> None:
        if isinstance(statement, ClauseElement):
            statements.append(str(statement.compile(dialect=POSTGRESQL)))

    engine = database.engine.sync_engine
    event.listen(engine, "before_execute", remember)
    yield statements
    event.remove(engine, "before_execute", remember)


async def test_a_case_that_may_be_changed(workflow: Workflow, asked: list[str]) -> None:
    id = await workflow.brings_documents()
    asked.clear()

    async with workflow.store.begin() as records:
        await records.cases.get(id)

    # But for keys, so that an outage may be linked to it meanwhile.
    assert [statement.endswith(LOCKED_BUT_FOR_KEYS) for statement in asked] == [True]


async def test_a_case_that_is_only_read(workflow: Workflow, asked: list[str]) -> None:
    id = await workflow.brings_documents()
    asked.clear()

    await workflow.case(id)

    assert not any("FOR" in statement.splitlines()[-1] for statement in asked)


async def test_a_task_that_may_be_changed_and_one_that_is_only_read(
    workflow: Workflow, asked: list[str]
) -> None:
    await workflow.applies()
    await workflow.is_identified(Candidate("somebody-else", 6.5))
    (task,) = await workflow.tasks()
    asked.clear()

    async with workflow.store.begin() as records:
        await records.adjudication_tasks.get(task.id)
    assert asked[0].endswith(LOCKED_BUT_FOR_KEYS)  # its case
    assert asked[1].endswith(LOCKED)

    asked.clear()
    async with workflow.store.read() as records:
        await records.adjudication_tasks.get(task.id)
    assert not any(LOCKED in statement for statement in asked)


async def test_an_outage_that_may_be_changed_and_one_that_is_only_read(
    workflow: Workflow, asked: list[str]
) -> None:
    outage = await workflow.declares(OutageScope.MATCHER)
    asked.clear()

    async with workflow.store.begin() as records:
        await records.outages.get(outage)
    assert asked[0].endswith(LOCKED_BUT_FOR_KEYS)

    asked.clear()
    async with workflow.store.read() as records:
        await records.outages.get(outage)
    assert not any("FOR" in statement.splitlines()[-1] for statement in asked)


async def test_cases_whose_applicants_are_notified(workflow: Workflow, asked: list[str]) -> None:
    id = await workflow.applies()
    asked.clear()

    async with workflow.store.begin() as records:
        await records.queue.change_collection_dates(
            [delayed_notice(id, QUEUE_CHANGED)], workflow.now_is
        )

    assert asked[0].endswith(LOCKED_BUT_FOR_KEYS)


async def test_outbox_tasks_that_another_replica_leases_are_passed_over(
    workflow: Workflow, asked: list[str]
) -> None:
    await workflow.applies()
    asked.clear()

    await workflow.leases(OutboxTaskKind.IDENTIFY)

    (leasing,) = [statement for statement in asked if "FOR UPDATE" in statement]
    assert leasing.endswith(LOCKED_BY_NOBODY_ELSE)
