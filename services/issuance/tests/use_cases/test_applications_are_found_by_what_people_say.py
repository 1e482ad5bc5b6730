"""Applications are found by reference, name, document number and dates; by index, and on record."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from issuance.domain import search as limits
from issuance.domain.search import SearchCriteria, SearchFilter, SearchTooBroad
from issuance.domain.states import ApplicationState
from issuance.store import search_records
from issuance.store.page_request import PageRequest
from issuance.store.records import MIGRATIONS, Store
from issuance.use_cases.search_applications import search_applications
from passport.type.v1 import civil_pb2
from servicekit.storage.database import Database, migrate
from sqlalchemy import event

from .local_time import banjarmasin
from .patient import PATIENT
from .people import identity
from .workflow import Workflow

OFFICER = identity("siti", "officer")
FIRST_PAGE = PageRequest(0, 20)
BORN = date(1990, 2, 28)
CREATED = (banjarmasin("2018-10-26 00:00"), banjarmasin("2018-10-27 00:00"))


def a_holder(name: str, born_on: date = BORN) -> bytes:
    primary, _, secondary = name.partition(", ")
    return civil_pb2.BiographicData(
        name=civil_pb2.PersonName(primary=primary, secondary=secondary),
        born_on=civil_pb2.CalendarDate(year=born_on.year, month=born_on.month, day=born_on.day),
    ).SerializeToString()


async def _found(workflow: Workflow, page: PageRequest = FIRST_PAGE, **criteria: Any) -> list[str]:
    found = await search_applications(
        workflow.store, SearchCriteria(**criteria), page, OFFICER, workflow.now_is
    )
    return [case.id for _, case in found]


async def test_each_criterion_finds_it_and_all_of_them_together(workflow: Workflow) -> None:
    id = await workflow.applies(holder=a_holder("Rahman, Siti"))
    await workflow.is_known(id)
    await workflow.approves(id)
    case = await workflow.case(id)
    every: dict[str, Any] = {
        "office": "BJM",
        "reference": case.reference,
        "document_number": case.document_number,
        "words": ("rah", "siti"),
        "born_on": BORN,
        "created": CREATED,
    }

    for name, value in every.items():
        if name != "office":
            assert await _found(workflow, office="BJM", **{name: value}) == [id], name
    assert await _found(workflow, **every) == [id]
    for name, other in {
        "office": "JKT",
        "document_number": "X00000000",
        "words": ("rah", "budi"),
        "born_on": date(1990, 2, 27),
        "created": (CREATED[1], banjarmasin("2018-10-28 00:00")),
    }.items():
        assert await _found(workflow, **{**every, name: other}) == [], name


async def test_newest_first_in_pages(workflow: Workflow) -> None:
    ids = [await workflow.applies(holder=a_holder("Muhammad")) for _ in range(3)]
    async with workflow.store.read() as records:
        rows = await records.search.find(SearchCriteria(words=("muh",)), PageRequest(0, 2))
    assert [id for _, id in rows] == [ids[2], ids[1]]

    assert await _found(workflow, PageRequest(rows[-1][0], 2), words=("muh",)) == [ids[0]]


async def test_a_word_that_begins_twice_is_found_once(workflow: Workflow) -> None:
    id = await workflow.applies(holder=a_holder("Siti, Sitiana"))

    assert await _found(workflow, words=("sit",)) == [id]


async def test_corrected_data_are_found_and_the_earlier_ones_no_more(workflow: Workflow) -> None:
    id = await workflow.brings_documents(holder=a_holder("Rahmn, Siti"))

    await workflow.corrects(id, a_holder("Rahman, Siti", date(1991, 1, 1)), OFFICER)

    assert await _found(workflow, words=("rahman",), born_on=date(1991, 1, 1)) == [id]
    assert await _found(workflow, words=("rahmn",)) == []
    assert await _found(workflow, born_on=BORN) == []


async def test_the_document_of_an_application_that_was_reopened(workflow: Workflow) -> None:
    id = await workflow.becomes_ready()
    number = (await workflow.case(id)).document_number
    await workflow.hands_over(id, "dewi")

    assert await _found(workflow, document_number=number) == [id]


async def test_who_searched_for_what_is_recorded(workflow: Workflow) -> None:
    await workflow.applies(holder=a_holder("Rahman, Siti"))

    await _found(workflow, office="BJM", words=("rahman",), born_on=BORN)
    await _found(workflow, words=("nobody",))

    async with workflow.store.read() as records:
        (_, second), (_, first) = await records.search.page(SearchFilter(), None, 10)
    assert (first.by, first.at, first.found) == (OFFICER.uri, workflow.now_is, 1)
    assert first.criteria == SearchCriteria(office="BJM", words=("rahman",), born_on=BORN)
    assert (second.criteria.words, second.found) == (("nobody",), 0)


async def test_what_too_many_fulfil_needs_another_criterion(
    workflow: Workflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_records, "MOST_FOUND", 2)
    for day in (1, 2, 3):
        await workflow.applies(holder=a_holder("Muhammad", date(1990, 1, day)))

    with pytest.raises(SearchTooBroad):
        await _found(workflow, words=("muhammad",))

    found = await _found(workflow, words=("muhammad",), born_on=date(1990, 1, 2))
    assert len(found) == 1
    async with workflow.store.read() as records:
        searches = await records.search.page(SearchFilter(), None, 10)
    assert [(search.criteria.words, search.found) for _, search in searches] == [
        (("muhammad",), 1),
        (("muhammad",), 0),
    ]
    assert limits.MOST_FOUND == 5000


async def test_a_reference_is_on_every_notice(workflow: Workflow) -> None:
    id = await workflow.applies()
    reference = (await workflow.case(id)).reference

    async with workflow.store.read() as records:
        ((_, record),) = await records.notices.page(PageRequest(0, 10), None, id)

    spoken = f"{reference[:4]}-{reference[4:]}"
    assert record.notice.text.en.endswith(f"Your reference: {spoken}.")
    assert record.notice.text.id.endswith(f"Nomor permohonan Anda: {spoken}.")
    assert record.reference == reference
    assert await workflow.state(id) is ApplicationState.IDENTIFYING


@pytest_asyncio.fixture
async def sqlite(tmp_path: Path) -> AsyncIterator[Database]:
    """A SQLite database, whatever the other tests run on."""
    url = f"sqlite+aiosqlite:///{tmp_path}/plans.sqlite"
    migrate(url, MIGRATIONS)
    database = Database(url)
    yield database
    await database.close()


@pytest.mark.parametrize("office", ["", "BJM"])
@pytest.mark.parametrize(
    "criteria",
    [
        {"reference": "7JASVWDB"},
        {"document_number": "X00000001"},
        {"words": ("rah", "siti")},
        {"born_on": BORN},
        {"words": ("rah",), "born_on": BORN, "document_number": "X00000001"},
        {"words": ("rah",), "created": CREATED},
        {"created": CREATED},
    ],
)
async def test_nothing_is_found_by_reading_everything(
    sqlite: Database, office: str, criteria: dict[str, Any]
) -> None:
    executed: list[tuple[str, Any]] = []
    event.listen(
        sqlite.engine.sync_engine,
        "before_cursor_execute",
        lambda _connection, _cursor, statement, given, *_: executed.append((statement, given)),
    )

    async with Store(sqlite, "one", PATIENT).read() as records:
        await records.search.find(SearchCriteria(office=office, **criteria), PageRequest(9, 20))

    steps = []
    async with sqlite.read() as connection:
        for statement, given in [each for each in executed if "SELECT" in each[0]]:
            plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
            steps += [row.detail for row in plan]
    scans = [step for step in steps if step.startswith("SCAN")]
    tables = ("applications", "search_terms", "documents")
    assert not any(step.split()[1] in tables for step in scans), steps
    by_office = ("applications_of_office", "applications_queue", "applications_released")
    assert not any(name in step for step in steps for name in by_office), steps
