"""What is recorded of an outage is corrected: clocks and dates follow, and who did it is kept."""

from datetime import timedelta
from typing import Any

import pytest
from issuance.domain.outage import OutageEnded, OutageLasts, OutageScope
from issuance.domain.working_time import BadDate
from issuance.store.outage_records import OutageChange, OutageRecord
from issuance.use_cases.outage_lifecycle import OutageOverlaps
from servicekit.errors import StaleRevision

from .local_time import banjarmasin
from .workflow import Workflow

HOUR = timedelta(hours=1)


async def _opens_by_itself(workflow: Workflow) -> str:
    """The watcher opens an outage of the matcher; its id."""
    async with workflow.store.begin() as records:
        await workflow.outages.open_automatic(
            records, OutageScope.MATCHER, "", workflow.now_is, workflow.now_is
        )
        (id,) = await records.outages.ongoing()
    return id


async def _record(workflow: Workflow, outage: str) -> OutageRecord:
    async with workflow.store.read() as records:
        return await records.outages.get(outage)


async def _changes(workflow: Workflow, outage: str) -> list[OutageChange]:
    async with workflow.store.read() as records:
        return list(await records.outages.changes(await records.outages.get(outage)))


async def test_an_automatic_one_gets_a_cause_and_an_expected_end(workflow: Workflow) -> None:
    outage = await _opens_by_itself(workflow)
    workflow.clock("2018-10-26 12:00")
    id = await workflow.applies()
    assert (await workflow.details(id)).date_tentative

    await workflow.corrects_outage(outage, cause="database lost", expected_end="2018-10-31 07:00")

    record = await _record(workflow, outage)
    assert record.outage.automatic
    assert (record.outage.cause, record.revision) == ("database lost", 2)
    details = await workflow.details(id)
    assert not details.date_tentative
    assert details.expected_until == banjarmasin("2018-10-31 07:00")
    assert (await workflow.office_plan()).collection_dates()[id] is not None

    await workflow.corrects_outage(outage, end_unknown=True)
    assert (await workflow.details(id)).date_tentative
    assert (await _record(workflow, outage)).outage.cause == "database lost"


async def test_corrected_times_change_clocks_at_once(workflow: Workflow) -> None:
    id = await workflow.applies()
    workflow.clock("2018-10-26 11:00")
    outage = await _opens_by_itself(workflow)
    workflow.clock("2018-10-26 14:00")
    assert (await workflow.details(id)).clock.service_time == 2 * HOUR

    await workflow.corrects_outage(outage, began="2018-10-26 10:00")
    assert (await workflow.details(id)).clock.service_time == 1 * HOUR

    await workflow.ends(outage, override=True)
    await workflow.corrects_outage(outage, ended="2018-10-26 12:00")
    assert (await workflow.details(id)).clock.service_time == 3 * HOUR


async def test_who_recorded_what_and_when_is_kept(workflow: Workflow) -> None:
    outage = await _opens_by_itself(workflow)
    workflow.clock("2018-10-26 11:00")
    await workflow.corrects_outage(outage, cause="database lost")
    workflow.clock("2018-10-26 12:00")
    await workflow.ends(outage, override=True)

    changes = await _changes(workflow, outage)

    assert [(change.revision, change.by, change.at.hour) for change in changes] == [
        (1, "service:issuance", 1),
        (2, "budi", 3),
        (3, "ani", 4),
    ]
    assert [change.outage.cause for change in changes] == [
        "the national matcher does not answer",
        "database lost",
        "database lost",
    ]
    assert [change.outage.is_ongoing for change in changes] == [True, True, False]


async def test_of_two_who_correct_one_revision_the_second_is_refused(workflow: Workflow) -> None:
    outage = await workflow.declares(OutageScope.MATCHER)
    await workflow.corrects_outage(outage, revision=1, cause="database lost")

    with pytest.raises(StaleRevision):
        await workflow.corrects_outage(outage, revision=1, cause="flood")
    with pytest.raises(StaleRevision):
        await workflow.ends(outage, revision=1)

    record = await _record(workflow, outage)
    assert (record.outage.cause, record.outage.is_ongoing) == ("database lost", True)
    await workflow.ends(outage, revision=2)


@pytest.mark.parametrize(
    ("what", "error"),
    [
        ({"ended": "2018-10-26 10:00"}, OutageLasts),
        ({"began": "2018-10-26 12:01"}, BadDate),
        ({"began": "2017-10-25 11:59"}, BadDate),
        ({"expected_end": "2018-10-26 12:00"}, BadDate),
        ({"expected_end": "2029-10-26 12:00"}, BadDate),
    ],
)
async def test_what_cannot_be_of_one_that_lasts(
    workflow: Workflow, what: dict[str, Any], error: type[Exception]
) -> None:
    outage = await workflow.declares(OutageScope.MATCHER)
    workflow.clock("2018-10-26 12:00")

    with pytest.raises(error):
        await workflow.corrects_outage(outage, **what)

    assert (await _record(workflow, outage)).revision == 1


@pytest.mark.parametrize(
    ("what", "error"),
    [
        ({"expected_end": "2018-10-27 10:00"}, OutageEnded),
        ({"end_unknown": True}, OutageEnded),
        ({"ended": "2018-10-26 12:01"}, BadDate),
        ({"ended": "2018-10-26 08:59"}, BadDate),
        ({"began": "2018-10-26 11:01"}, BadDate),
        ({"began": "2018-10-25 09:59"}, OutageOverlaps),
    ],
)
async def test_what_cannot_be_of_one_that_is_over(
    workflow: Workflow, what: dict[str, Any], error: type[Exception]
) -> None:
    await workflow.declares(OutageScope.MATCHER, began="2018-10-25 09:00", ended="2018-10-25 10:00")
    outage = await workflow.declares(OutageScope.MATCHER)
    workflow.clock("2018-10-26 11:00")
    await workflow.ends(outage)
    workflow.clock("2018-10-26 12:00")

    with pytest.raises(error):
        await workflow.corrects_outage(outage, **what)

    assert (await _record(workflow, outage)).revision == 2


async def test_one_that_is_over_is_recorded_in_one_call(workflow: Workflow) -> None:
    id = await workflow.applies()
    workflow.clock("2018-10-26 14:00")

    outage = await workflow.declares(
        OutageScope.MATCHER, began="2018-10-26 10:00", ended="2018-10-26 12:00"
    )

    record = await _record(workflow, outage)
    assert (record.outage.is_ongoing, record.cases) == (False, 1)
    details = await workflow.details(id)
    assert (details.outage, details.clock.service_time) == ("", 3 * HOUR)


@pytest.mark.parametrize(
    ("began", "ended", "accepted"),
    [
        ("2018-10-24 09:00", "2018-10-25 09:00", True),
        ("2018-10-24 09:00", "2018-10-25 09:01", False),
        ("2018-10-25 10:00", "2018-10-26 09:00", True),
        ("2018-10-25 09:59", "2018-10-26 09:00", False),
        ("2018-10-25 10:00", "2018-10-26 09:01", False),
        ("2018-10-26 08:00", "2018-10-26 07:00", False),
    ],
)
async def test_it_overlaps_with_none_of_its_kind(
    workflow: Workflow, began: str, ended: str, accepted: bool
) -> None:
    await workflow.declares(OutageScope.MATCHER, began="2018-10-25 09:00", ended="2018-10-25 10:00")
    await workflow.declares(OutageScope.MATCHER)

    try:
        await workflow.declares(OutageScope.MATCHER, began=began, ended=ended)
    except (OutageOverlaps, BadDate):
        assert not accepted
    else:
        assert accepted
