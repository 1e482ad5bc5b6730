"""Lists and counts of open applications are read by an index, however many have ended."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from datetime import date, datetime
from pathlib import Path
from typing import Any, cast

import pytest
import pytest_asyncio
from issuance.domain.lateness import late_cases
from issuance.domain.outage import Outage, OutageScope
from issuance.domain.search import SearchFilter
from issuance.domain.states import ApplicationState
from issuance.store.oldest_first import ListPosition
from issuance.store.page_request import PageRequest
from issuance.store.records import MIGRATIONS, Records, Store
from issuance.store.search_records import SearchPosition
from issuance.use_cases.office_directory import OfficeDirectory
from issuance.use_cases.service_status import service_status
from servicekit.storage.database import Database, migrate
from sqlalchemy import event

from .local_time import banjarmasin
from .offices import an_office
from .patient import PATIENT

PAGE = PageRequest(after=5, size=50)
NOW = banjarmasin("2018-10-26 09:00")
OFFICES = {"BJM": an_office("BJM")}
TODAY = date(2018, 10, 26)
APPROVED = ApplicationState.APPROVED
LATE = late_cases(OFFICES.values(), (), NOW)
AFTER = ListPosition(NOW, "task:id-1")


class PlannedQueries:
    """A SQLite database that says how it reads the table of applications."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._executed: list[tuple[str, Any]] = []
        event.listen(database.engine.sync_engine, "before_cursor_execute", self._note)

    def _note(self, _connection: Any, _cursor: Any, statement: str, given: Any, *_: Any) -> None:
        self._executed.append((statement, given))

    async def of(
        self, call: Callable[[Records], Awaitable[object]], table: str = "applications"
    ) -> Collection[str]:
        """Return the steps of the queries of a table that a call makes, as SQLite plans them."""
        self._executed.clear()
        async with Store(self._database, "one", PATIENT).begin() as records:
            await call(records)
        queries = [each for each in self._executed if table in each[0]]
        assert queries
        steps = []
        async with self._database.read() as connection:
            for statement, given in queries:
                plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
                steps += [row.detail for row in plan]
        return steps


@pytest_asyncio.fixture
async def planned(tmp_path: Path) -> AsyncIterator[PlannedQueries]:
    """A SQLite database, whatever the other tests run on."""
    url = f"sqlite+aiosqlite:///{tmp_path}/plans.sqlite"
    migrate(url, MIGRATIONS)
    database = Database(url)
    yield PlannedQueries(database)
    await database.close()


@pytest.mark.parametrize(
    "call",
    [
        lambda records: records.queue.of_office("BJM"),
        lambda records: records.queue.count_waiting("BJM", None),
        lambda records: records.queue.count_waiting("BJM", 7),
        lambda records: records.queue.first_completed_at("BJM"),
        lambda records: records.queue.count_released("BJM", TODAY),
        lambda records: records.case_counts.ready_to_collect("BJM"),
        lambda records: records.case_counts.by_office_and_state(),
        lambda records: records.case_counts.overdue(TODAY),
        lambda records: records.case_counts.past_legal_limit(TODAY),
        lambda records: records.cases.without_portrait(APPROVED),
        lambda records: service_status(records, cast("OfficeDirectory", OFFICES), None, NOW, NOW),
        lambda records: records.late_cases.count(LATE),
        lambda records: records.stuck_work.page(50, AFTER, "BJM", LATE),
        lambda records: records.cases.of_persons(["p-1", "p-2"]),
        lambda records: records.cases.open_of_person("p-1"),
        lambda records: records.unidentified_holders.count(),
    ],
    ids=[
        "queue", "count_waiting", "count_waiting_before", "first_completed_at", "count_released",
        "ready_to_collect", "count_open", "count_overdue",
        "count_past_legal_limit", "without_portrait", "service_status",
        "late_cases", "stuck", "of_persons", "open_of_person", "unidentified_holders",
    ],
)  # fmt: skip
async def test_what_is_open_is_searched_for(
    planned: PlannedQueries, call: Callable[[Records], Awaitable[object]]
) -> None:
    steps = [step for step in await planned.of(call) if "applications" in step]

    assert steps
    assert not [step for step in steps if step.startswith("SCAN")]


async def test_a_queue_is_counted_by_its_index_alone(planned: PlannedQueries) -> None:
    steps = await planned.of(lambda records: records.queue.count_waiting("BJM", 7))

    assert [step.split(" (")[0] for step in steps if "applications" in step] == [
        "SEARCH applications USING COVERING INDEX applications_queue"
    ]


@pytest.mark.parametrize(
    ("outage", "index"),
    [
        (Outage(OutageScope.MATCHER, "", "gone", NOW), "history_left "),
        (Outage(OutageScope.PRINTING, "BJM", "no ink", NOW), "history_left_at_office "),
    ],
)
async def test_who_waited_for_an_outage_is_searched_for_since_it_began(
    planned: PlannedQueries, outage: Outage, index: str
) -> None:
    steps = await planned.of(lambda records: records.outages.count_cases(outage))

    assert not [step for step in steps if step.startswith("SCAN")]
    (since,) = [step for step in steps if step.startswith("SEARCH history")]
    assert f" INDEX {index}" in since
    assert since.endswith("at>?)")


@pytest.mark.parametrize("office", [None, "BJM"])
@pytest.mark.parametrize("state", [None, APPROVED])
async def test_a_page_is_read_from_where_the_last_one_ended(
    planned: PlannedQueries, office: str | None, state: ApplicationState | None
) -> None:
    steps = await planned.of(lambda records: records.cases.page(PAGE, office, state))

    (step,) = steps
    assert step.startswith("SEARCH applications")
    assert step.endswith(">?)")


@pytest.mark.parametrize("office", [None, "BJM"])
@pytest.mark.parametrize("after", [None, AFTER])
async def test_what_was_settled_is_read_from_where_the_last_page_ended(
    planned: PlannedQueries, office: str | None, after: ListPosition | None
) -> None:
    steps = await planned.of(
        lambda records: records.open_items.page(50, after, office, include_resolved=True)
    )

    (step,) = [step for step in steps if " resolved_items" in step]
    assert f" INDEX resolved_items_{'of_office' if office else 'since'}" in step
    assert step.startswith("SEARCH") or (office, after) == (None, None)


@pytest.mark.parametrize("office", [None, "BJM"])
async def test_merges_that_are_proposed_to_be_undone_are_read_by_an_index(
    planned: PlannedQueries, office: str | None
) -> None:
    (step,) = await planned.of(
        lambda records: records.person_merges.page(PAGE, office, ""), "person_merges"
    )

    assert " INDEX person_merges_proposed_to_be_undone" in step


async def test_searches_that_are_due_are_erased_by_an_index(planned: PlannedQueries) -> None:
    steps = await planned.of(lambda records: records.search.erase_before(NOW), "searches")

    assert [step for step in steps if "searches_at" in step]


@pytest.mark.parametrize("after", [None, SearchPosition(NOW, 7)])
@pytest.mark.parametrize("begin", [None, NOW])
@pytest.mark.parametrize("end", [None, NOW])
@pytest.mark.parametrize("office", [None, "BJM"])
async def test_searches_of_a_period_are_read_in_the_order_of_an_index(
    planned: PlannedQueries,
    office: str | None,
    begin: datetime | None,
    end: datetime | None,
    after: SearchPosition | None,
) -> None:
    which = SearchFilter(office, "", begin, end)

    (step,) = await planned.of(lambda records: records.search.page(which, after, 50), "searches")

    # In the order of the index: sorting would be another step.
    assert f" INDEX searches_{'of_office' if office else 'at'}" in step
    assert step.startswith("SEARCH") or (which == SearchFilter() and after is None)
    assert ("at>" in step) == (begin is not None)
    assert ("at<" in step) == (end is not None or after is not None)


@pytest.mark.parametrize("office", [None, "BJM"])
async def test_searches_of_a_person_are_read_by_who_searched(
    planned: PlannedQueries, office: str | None
) -> None:
    which = SearchFilter(office, "spiffe://siti")

    steps = await planned.of(lambda records: records.search.page(which, None, 50), "searches")

    assert not [step for step in steps if step.startswith("SCAN")]
    assert [step.split(" (")[0] for step in steps if step.startswith("SEARCH")] == [
        "SEARCH searches USING INDEX searches_by",
        "SEARCH searches USING INDEX searches_on_behalf_of",
    ]
