"""At any time an office has one outage of a kind at most, opened by a person or by the watcher."""

import pytest
from issuance.domain.office import UnknownOffice
from issuance.domain.outage import Outage, OutageScope
from issuance.domain.working_time import BadDate
from issuance.use_cases.outage_lifecycle import OutageOverlaps

from .local_time import banjarmasin
from .workflow import Workflow


async def _outages(workflow: Workflow, scope: OutageScope, office: str = "") -> list[Outage]:
    async with workflow.store.read() as records:
        return list(await records.outages.of_scope(scope, office))


async def _ended_at_noon(workflow: Workflow) -> None:
    workflow.clock("2018-10-26 11:00")
    outage = await workflow.declares(OutageScope.PRINTING, "BJM")
    workflow.clock("2018-10-26 12:00")
    await workflow.ends(outage)
    workflow.clock("2018-10-26 13:00")


async def test_one_may_begin_when_the_other_has_ended(workflow: Workflow) -> None:
    await _ended_at_noon(workflow)

    await workflow.declares(OutageScope.PRINTING, "BJM", began="2018-10-26 12:00")

    assert len(await _outages(workflow, OutageScope.PRINTING, "BJM")) == 2


async def test_none_may_begin_before_the_other_has_ended(workflow: Workflow) -> None:
    await _ended_at_noon(workflow)

    with pytest.raises(OutageOverlaps):
        await workflow.declares(OutageScope.PRINTING, "BJM", began="2018-10-26 11:59")


async def test_outages_of_other_kinds_and_offices_may_last_meanwhile(workflow: Workflow) -> None:
    await workflow.declares(OutageScope.PRINTING, "BJM")

    await workflow.declares(OutageScope.OFFICE, "BJM")
    await workflow.declares(OutageScope.PRINTING, "JKT")
    await workflow.declares(OutageScope.MATCHER)

    assert [len(await _outages(workflow, scope, "BJM")) for scope in OutageScope] == [0, 1, 1, 0]


@pytest.mark.parametrize(
    ("scope", "office"),
    [
        (OutageScope.MATCHER, "BJM"),
        (OutageScope.OFFICE, ""),
        (OutageScope.PRINTING, ""),
        (OutageScope.PRINTING, "XXX"),
    ],
)
async def test_an_office_is_named_unless_it_is_the_matcher(
    workflow: Workflow, scope: OutageScope, office: str
) -> None:
    with pytest.raises(UnknownOffice):
        await workflow.declares(scope, office)


@pytest.mark.parametrize(
    ("began", "expected_end"),
    [
        ("2018-10-26 09:01", ""),
        ("2017-10-25 08:59", ""),
        ("2018-10-26 09:00", "2018-10-26 09:00"),
        ("2018-10-26 09:00", "2028-10-26 09:01"),
    ],
)
async def test_a_beginning_or_expected_end_that_cannot_be_is_refused(
    workflow: Workflow, began: str, expected_end: str
) -> None:
    with pytest.raises(BadDate):
        await workflow.declares(OutageScope.PRINTING, "BJM", began=began, expected_end=expected_end)


@pytest.mark.parametrize(
    ("began", "expected_end"),
    [
        ("2018-10-26 09:00", ""),
        ("2017-10-25 09:00", ""),
        ("2018-10-26 09:00", "2018-10-26 09:01"),
        ("2018-10-26 09:00", "2028-10-26 09:00"),
    ],
)
async def test_the_earliest_and_latest_that_can_be_are_accepted(
    workflow: Workflow, began: str, expected_end: str
) -> None:
    await workflow.declares(OutageScope.PRINTING, "BJM", began=began, expected_end=expected_end)

    assert len(await _outages(workflow, OutageScope.PRINTING, "BJM")) == 1


async def test_the_watcher_ends_no_outage_that_a_person_declared(workflow: Workflow) -> None:
    await workflow.declares(OutageScope.MATCHER)
    await workflow.declares(OutageScope.PRINTING, "BJM")

    async with workflow.store.begin() as records:
        await workflow.outages.end_automatic(
            records, OutageScope.MATCHER, "", workflow.now_is, workflow.now_is
        )

    assert [outage.is_ongoing for outage in await _outages(workflow, OutageScope.MATCHER)] == [True]
    assert [
        outage.is_ongoing for outage in await _outages(workflow, OutageScope.PRINTING, "BJM")
    ] == [True]


async def test_the_watcher_opens_none_while_one_lasts(workflow: Workflow) -> None:
    await workflow.declares(OutageScope.MATCHER)

    async with workflow.store.begin() as records:
        await workflow.outages.open_automatic(
            records, OutageScope.MATCHER, "", workflow.now_is, workflow.now_is
        )

    assert len(await _outages(workflow, OutageScope.MATCHER)) == 1


async def test_the_watchers_outage_begins_no_earlier_than_the_one_before_ended(
    workflow: Workflow,
) -> None:
    outage = await workflow.declares(OutageScope.MATCHER)
    workflow.clock("2018-10-26 12:00")
    await workflow.ends(outage)

    async with workflow.store.begin() as records:
        await workflow.outages.open_automatic(
            records, OutageScope.MATCHER, "", banjarmasin("2018-10-26 10:00"), workflow.now_is
        )

    _, automatic = await _outages(workflow, OutageScope.MATCHER)
    assert automatic.automatic
    assert automatic.began == banjarmasin("2018-10-26 12:00")
