"""Writers lock a case before its tasks, so that no two of them wait for each other.

SQLite locks the whole database, so the order is read from the statements.
"""

import re
from collections.abc import Awaitable, Callable, Iterator

import pytest
from issuance.domain.adjudication_referral import Candidate
from issuance.domain.adjudication_task import Verdict
from issuance.domain.outage import OutageScope
from issuance.domain.print_failure import PrintFailure
from issuance.domain.states import ApplicationState
from issuance.use_cases.ports import PrintRefused
from servicekit.storage.database import Database
from sqlalchemy import ClauseElement, Connection, event
from sqlalchemy.dialects import postgresql

from .answering_neighbours import PrinterTakesJobs
from .people import identity
from .verifying import RENEWAL, is_verified_only
from .workflow import Workflow

POSTGRESQL = postgresql.dialect()  # type: ignore[no-untyped-call]
LOCKED_TABLE = re.compile(r"(?:UPDATE|DELETE FROM|SELECT.*?FROM) (\w+)", re.DOTALL)
OF_A_CASE = ("applications", "outbox", "adjudication_tasks")
OTHER = Candidate("somebody-else", 6.5)


@pytest.fixture
def transactions(database: Database) -> Iterator[list[list[str]]]:
    """The tables of a case whose rows are locked, in this order, by each transaction."""
    found: list[list[str]] = [[]]

    def remember(_: Connection, statement: object, *__: object) -> None:
        if not isinstance(statement, ClauseElement):
            return
        text = str(statement.compile(dialect=POSTGRESQL))
        locked = LOCKED_TABLE.match(text)
        if locked and (not text.startswith("SELECT") or text.endswith("UPDATE")):
            found[-1] += [table for table in OF_A_CASE if table == locked[1]]

    def commit(_: Connection) -> None:
        found.append([])

    engine = database.engine.sync_engine
    event.listen(engine, "before_execute", remember)
    event.listen(engine, "commit", commit)
    yield found
    event.remove(engine, "commit", commit)
    event.remove(engine, "before_execute", remember)


class PrinterRefuses(PrinterTakesJobs):
    """A printer that takes no job."""

    async def create_print_job(self, task: object) -> str:
        raise PrintRefused(PrintFailure("PAGE_TOO_LARGE", "", "the page is too large"))


async def identifies(flow: Workflow) -> Callable[[], Awaitable[object]]:
    await flow.applies()
    return flow.is_identified


async def verifies(flow: Workflow) -> Callable[[], Awaitable[object]]:
    await flow.declares(OutageScope.MATCHER)
    await flow.applies(type=RENEWAL, person_id="ani")
    return flow.is_verified


async def stops_a_print(flow: Workflow) -> Callable[[], Awaitable[object]]:
    id = await flow.is_released(await is_verified_only(flow))
    return lambda: flow.is_known_alone(id, OTHER)


async def submits_a_print_job(flow: Workflow) -> Callable[[], Awaitable[object]]:
    id = await flow.is_released(await flow.is_known(await flow.applies()))
    return lambda: flow.job_is_taken(id)


async def is_refused_by_the_printer(flow: Workflow) -> Callable[[], Awaitable[object]]:
    await flow.is_released(await flow.is_known(await flow.applies()))
    return lambda: flow.submits(PrinterRefuses("no job"))


async def decides_a_task(flow: Workflow) -> Callable[[], Awaitable[object]]:
    await flow.applies()
    await flow.is_identified(OTHER)
    (task,) = await flow.tasks()
    return lambda: flow.examines(task.id, "budi", Verdict.CLEARED)


async def leaves_adjudication(flow: Workflow) -> Callable[[], Awaitable[object]]:
    id = await flow.applies()
    await flow.is_identified(OTHER)
    assert await flow.state(id) is ApplicationState.ADJUDICATION
    return lambda: flow.retakes_biometrics(id, identity("budi", "examiner"))


async def withdraws(flow: Workflow) -> Callable[[], Awaitable[object]]:
    id = await flow.applies()
    return lambda: flow.withdraws(id)


@pytest.mark.parametrize(
    "prepare",
    [
        identifies,
        verifies,
        stops_a_print,
        submits_a_print_job,
        is_refused_by_the_printer,
        decides_a_task,
        leaves_adjudication,
        withdraws,
    ],
)
async def test_whoever_changes_a_case_and_its_tasks_locks_the_case_first(
    renewals_go_on: Workflow,
    transactions: list[list[str]],
    prepare: Callable[[Workflow], Awaitable[Callable[[], Awaitable[object]]]],
) -> None:
    act = await prepare(renewals_go_on)
    transactions[:] = [[]]

    await act()

    # Some lock a task alone: to lease it, or to claim one of examiners.
    changes = [tables for tables in transactions if len(set(tables)) > 1]
    assert changes
    assert {tables[0] for tables in changes} == {"applications"}
