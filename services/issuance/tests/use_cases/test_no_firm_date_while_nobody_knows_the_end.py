"""In an outage of unknown end dates are "as if it ended now", said as such, and nobody gets a firm
one; a short outage changes no date and is told to nobody."""

from datetime import date

import pytest
from issuance.domain.collection_schedule import announcement
from issuance.domain.notices import Notice
from issuance.domain.outage import OutageScope
from issuance.domain.states import ApplicationState
from issuance.use_cases.plan_office import dates_if_outages_ended_now, plan_office

from .recorded_workflow import EVERYTHING
from .workflow import Workflow

MONDAY, WEDNESDAY = date(2018, 10, 29), date(2018, 10, 31)


async def _waits_in_an_outage(workflow: Workflow) -> str:
    """Somebody who is complete when the matcher has been out for three hours."""
    await workflow.declares(OutageScope.MATCHER)
    workflow.clock("2018-10-26 12:00")
    return await workflow.applies()


async def test_the_first_notice_says_so(workflow: Workflow) -> None:
    id = await _waits_in_an_outage(workflow)

    (notice,) = await _notices(workflow, id)
    assert (notice.collect_on, notice.as_if_outage_ended_now) == (WEDNESDAY, True)
    assert notice.text.en.startswith(
        "Your application is complete. Because of a system outage no day can be promised yet. "
        "If the outage ended now, you could collect your passport on "
        "Wednesday, 31 October 2018, 14:00 WITA. We will tell you if that changes."
    )
    assert notice.text.id.startswith(
        "Permohonan Anda lengkap. Karena gangguan sistem, tanggal pengambilan belum dapat "
        "dipastikan. Bila gangguan berakhir sekarang, paspor dapat diambil "
        "Rabu, 31 Oktober 2018, pukul 14.00 WITA. Perubahannya akan kami beritahukan."
    )


async def test_the_queue_counts_in_the_date_if_it_ended_now(one_book_a_day: Workflow) -> None:
    await one_book_a_day.declares(OutageScope.MATCHER)
    one_book_a_day.clock("2018-10-26 12:00")

    for _ in range(6):
        id = await one_book_a_day.applies()

    assert await one_book_a_day.notices(id) == [("promised_date", "2018-11-05")]


async def test_the_application_says_so_until_the_end_is_known(workflow: Workflow) -> None:
    outage = await workflow.declares(OutageScope.MATCHER)
    before = await workflow.applies()
    assert not (await workflow.details(before)).date_tentative

    workflow.clock("2018-10-26 12:00")
    during = await workflow.applies()
    assert [(await workflow.details(id)).date_tentative for id in (before, during)] == [True, True]

    await workflow.ends(outage)
    assert [(await workflow.details(id)).date_tentative for id in (before, during)] == [False] * 2


async def test_a_date_is_firm_if_somebody_expects_an_end(workflow: Workflow) -> None:
    await workflow.declares(OutageScope.MATCHER, expected_end="2018-10-29 07:00")
    workflow.clock("2018-10-26 12:00")

    id = await workflow.applies()

    (notice,) = await _notices(workflow, id)
    assert not notice.as_if_outage_ended_now
    assert not (await workflow.details(id)).date_tentative


@pytest.mark.parametrize(
    ("scope", "office", "tentative"),
    [(OutageScope.MATCHER, "", False), (OutageScope.PRINTING, "BJM", True)],
)
async def test_a_book_at_the_machines_waits_only_for_them(
    workflow: Workflow, scope: OutageScope, office: str, tentative: bool
) -> None:
    id = await workflow.applies()
    await workflow.is_identified()
    await workflow.approves(id)
    await workflow.plans()
    await workflow.declares(scope, office)
    workflow.clock("2018-10-26 12:00")

    assert await workflow.state(id) is ApplicationState.PRINTING
    assert (await workflow.details(id)).date_tentative is tentative


async def test_the_schedule_gives_the_day_if_it_ended_now(workflow: Workflow) -> None:
    await _waits_in_an_outage(workflow)
    office = workflow.offices["BJM"]

    async with workflow.store.read() as records:
        plan = await plan_office(records, office, workflow.now_is)
        dates = await dates_if_outages_ended_now(records, plan, workflow.now_is)
    (row,) = plan.schedule([], dates)

    assert (row.collect_on, row.if_ended_now, row.count) == (None, WEDNESDAY, 1)
    text = announcement([row], "Banjarmasin", office.collection)
    assert text.en.splitlines()[1] == (
        "Applied 26 October 2018 (1 person): to be announced "
        "(if the outage ended now: Wednesday, 31 October 2018, 14:00 WITA)"
    )
    assert text.id.splitlines()[1] == (
        "Permohonan 26 Oktober 2018 (1 pemohon): akan diumumkan "
        "(bila gangguan berakhir sekarang: Rabu, 31 Oktober 2018, pukul 14.00 WITA)"
    )


async def test_nobody_is_promised_that_day(workflow: Workflow) -> None:
    id = await _waits_in_an_outage(workflow)
    promised = await workflow.notices(id)

    for day in ("2018-10-29", "2018-10-30"):
        workflow.clock(f"{day} 08:00")
        await workflow.plans()

    assert await workflow.notices(id) == promised


@pytest.mark.parametrize("ended", ["2018-10-31 08:01", "2018-10-31 10:00"])
async def test_a_short_outage_is_told_to_nobody(workflow: Workflow, ended: str) -> None:
    id = await workflow.applies()
    await workflow.is_identified()
    await workflow.approves(id)
    workflow.clock("2018-10-31 07:30")
    outage = await workflow.declares(OutageScope.PRINTING, "BJM")
    for now in ("2018-10-31 08:00", ended):
        workflow.clock(now)
        await workflow.plans()
    assert await workflow.state(id) is ApplicationState.APPROVED

    await workflow.ends(outage)
    await workflow.plans()

    assert await workflow.state(id) is ApplicationState.PRINTING
    assert await workflow.notices(id) == [("promised_date", "2018-10-31")]


async def test_a_longer_one_is_told_to_those_whose_day_has_come(workflow: Workflow) -> None:
    id = await workflow.applies()
    await workflow.is_identified()
    await workflow.approves(id)
    workflow.clock("2018-10-31 07:30")
    await workflow.declares(OutageScope.PRINTING, "BJM")

    workflow.clock("2018-10-31 10:01")
    await workflow.plans()

    assert await workflow.notices(id) == [("promised_date", "2018-10-31"), ("delayed", "")]


async def _notices(workflow: Workflow, id: str) -> list[Notice]:
    async with workflow.store.read() as records:
        found = await records.notices.page(EVERYTHING, None, id)
    return [record.notice for _, record in found]
