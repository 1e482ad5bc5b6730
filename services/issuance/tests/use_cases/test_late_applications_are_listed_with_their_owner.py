"""An application that stays longer in its state than is usual is listed, with whose turn it is."""

from dataclasses import replace
from datetime import time, timedelta

import pytest
from issuance.domain.collection_hours import CollectionHours
from issuance.domain.outage import OutageScope
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.waiting_on import ResponsibleParty
from issuance.domain.working_time import Calendar
from issuance.store.oldest_first import ListPosition
from issuance.use_cases.application_details import ApplicationDetails
from issuance.use_cases.late_applications import NAMED
from issuance.use_cases.office_lifecycle import add_office

from .local_time import WITA
from .offices import a_new_office
from .test_metrics_tell_what_waits import metrics
from .workflow import Workflow

IDENTIFY = OutboxTaskKind.IDENTIFY
LATE = (
    'issuance_applications_late{office="BJM",responsible_party="SUPERVISOR",'
    'state="AWAITING_APPROVAL"}'
)


def _owners(late: list[ApplicationDetails] | tuple[ApplicationDetails, ...]) -> list[str]:
    return [each.waiting_on.responsible_party.name for each in late if each.waiting_on]


async def _late(workflow: Workflow, office: str | None = None) -> list[ApplicationDetails]:
    return list((await workflow.stuck(office)).late)


async def test_who_waits_for_a_supervisor_longer_than_a_day_is_listed(workflow: Workflow) -> None:
    id = await workflow.is_known(await workflow.applies())

    workflow.clock("2018-10-29 08:59")
    in_time = await _late(workflow)
    workflow.clock("2018-10-29 09:00")
    (late,) = await _late(workflow)

    assert in_time == []
    assert late.case.id == id
    assert late.late_since == workflow.now_is
    assert _owners([late]) == ["SUPERVISOR"]


async def test_the_explanation_says_until_when_and_since_when(workflow: Workflow) -> None:
    id = await workflow.brings_documents()

    now = await workflow.details(id)
    workflow.clock("2018-10-30 09:00")
    later = await workflow.details(id)

    due = workflow.now_is.replace(day=29)
    assert (now.expected_until, now.late_since) == (due, None)
    assert (later.expected_until, later.late_since) == (None, due)


@pytest.mark.parametrize(
    ("state", "at", "owner"),
    [
        ("identifying", "2018-10-26 13:00", "MATCHER"),
        ("ready", "2018-11-26 09:00", "APPLICANT"),
        ("printing", "2018-10-30 09:00", "PRINTER"),
        ("approved", "2018-11-01 14:00", "PRINTER"),
    ],
)
async def test_each_state_has_its_own_time_and_owner(
    one_book_a_day: Workflow, state: str, at: str, owner: str
) -> None:
    workflow = one_book_a_day
    if state == "ready":
        await workflow.becomes_ready()
    elif state == "identifying":
        await workflow.applies()
    else:
        ids = [await workflow.applies() for _ in range(2)]
        await workflow.is_identified()
        for id in ids:
            await workflow.approves(id)
        await workflow.plans()  # releases one

    workflow.clock(at)
    found = await _late(workflow)

    assert [each.case.state.value for each in found if each.case.state == state] == [state]
    assert _owners([each for each in found if each.case.state == state]) == [owner]


async def test_nobody_is_late_because_of_an_outage(workflow: Workflow) -> None:
    await workflow.applies()
    outage = await workflow.declares(OutageScope.MATCHER)

    workflow.clock("2018-11-05 07:00")
    meanwhile = await _late(workflow)
    await workflow.ends(outage)
    workflow.clock("2018-11-05 11:59")
    catching_up = await _late(workflow)
    workflow.clock("2018-11-05 12:00")

    assert (meanwhile, catching_up) == ([], [])
    assert _owners(await _late(workflow)) == ["MATCHER"]


async def test_each_office_sees_its_own(workflow: Workflow) -> None:
    await workflow.brings_documents()
    theirs = await workflow.brings_documents(office="JKT")
    workflow.clock("2018-11-01 09:00")

    assert [each.case.id for each in await _late(workflow, "JKT")] == [theirs]
    assert len(await _late(workflow)) == 2


async def test_tasks_and_applications_come_in_one_list(workflow: Workflow) -> None:
    first = await workflow.brings_documents()
    workflow.clock("2018-10-26 10:00")
    second = await workflow.applies()
    workflow.clock("2018-10-26 11:00")
    third = await workflow.brings_documents()
    (task,) = await workflow.leases(IDENTIFY)
    async with workflow.store.begin() as records:
        await records.stuck_work.refuse(task, workflow.real_now, "ENCOUNTER_EXISTS: taken")
    workflow.clock("2018-11-01 09:00")

    pages, after = [], None
    while True:
        page = await workflow.stuck(after=after, size=1)
        pages += [each.case for each in page.tasks] + [each.case.id for each in page.late]
        if page.end is None:
            break
        after = page.end

    # The second one is late, and its task is stuck: both were recorded in one instant.
    assert pages == [first, second, second, third]


async def test_a_list_goes_on_behind_a_row_that_is_gone(workflow: Workflow) -> None:
    ids = [await workflow.brings_documents() for _ in range(2)]
    workflow.clock("2018-11-01 09:00")
    page = await workflow.stuck(size=1)
    assert isinstance(page.end, ListPosition)

    await workflow.withdraws(page.late[0].case.id)

    rest = await workflow.stuck(after=page.end)
    assert {page.late[0].case.id, *(each.case.id for each in rest.late)} == set(ids)


async def test_the_status_names_the_longest_but_those_that_wait_for_their_applicant(
    workflow: Workflow,
) -> None:
    await workflow.becomes_ready()
    ids = []
    for minute in range(NAMED + 1):
        workflow.clock(f"2018-10-26 10:{minute:02}")
        ids.append(await workflow.brings_documents())
    workflow.clock("2019-01-10 10:00")

    status = await workflow.status()

    assert [each.case.id for each in status.late] == ids[:NAMED]
    assert {each.waiting_on and each.waiting_on.responsible_party for each in status.late} == {
        ResponsibleParty.OFFICER
    }


async def test_monitoring_counts_them_by_who_has_to_act(workflow: Workflow) -> None:
    await workflow.is_known(await workflow.applies())
    before = await metrics(workflow)

    workflow.clock("2018-10-29 09:00")

    assert (before[LATE], (await metrics(workflow))[LATE]) == (0, 1)


async def test_the_status_counts_what_is_postponed_by_cause(workflow: Workflow) -> None:
    for _ in range(4):
        await workflow.applies()
    errors = ["OVERLOADED: 7 wait", "OVERLOADED: 9 wait", "KeyError('x')", ""]
    later = workflow.now_is + timedelta(seconds=30)
    tasks = await workflow.leases(IDENTIFY)
    async with workflow.store.begin() as records:
        for nth, (task, error) in enumerate(zip(tasks, errors, strict=True)):
            until = later + timedelta(seconds=nth)
            await records.outbox.postpone(task, until, error, counts=True)

    postponed = (await workflow.status()).postponed
    workflow.now_is = later

    assert [(each.cause, each.count, each.first == later) for each in postponed] == [
        ("EARLIER_ATTEMPT", 1, False),
        ("INTERNAL", 1, False),
        ("OVERLOADED", 2, True),
    ]
    assert [each.count for each in (await workflow.status()).postponed] == [1, 1, 1]


async def test_many_offices_with_hours_of_their_own_are_one_query(workflow: Workflow) -> None:
    waiting = await workflow.is_known(await workflow.applies())
    await _open_sixty_offices(workflow)
    workflow.clock("2018-11-05 16:30")

    assert [each.case.id for each in await _late(workflow)] == [waiting]
    assert [each.case.id for each in (await workflow.status()).late] == [waiting]
    assert (await metrics(workflow))[LATE] == 1


async def _open_sixty_offices(workflow: Workflow) -> None:
    """Each opens one minute after the one before."""
    async with workflow.store.begin() as records:
        for nth in range(60):
            office = a_new_office("O" + "ABCDEFGHIJ"[nth // 10] + "ABCDEFGHIJ"[nth % 10])
            hours = Calendar(WITA, "ID", time(7, nth), time(15, nth))
            own = replace(office.office, collection=CollectionHours(hours, time(14)))
            await add_office(records, replace(office, office=own), workflow.now_is)
        await records.offices.count_change()
    async with workflow.store.read() as records:
        await workflow.offices.refresh(records)


async def test_each_office_has_its_own_limit(workflow: Workflow) -> None:
    late = await workflow.is_known(await workflow.applies())
    in_time = await workflow.is_known(await workflow.applies(office="JKT"))
    workflow.clock("2018-10-26 14:00")
    await workflow.declares(
        OutageScope.OFFICE, "JKT", began="2018-10-26 09:00", ended="2018-10-26 14:00"
    )

    workflow.clock("2018-10-29 10:00")

    assert [each.case.id for each in await _late(workflow)] == [late]
    assert await workflow.state(in_time) is await workflow.state(late)
