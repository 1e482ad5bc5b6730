"""A page begins after the last row of the page before, and shows one office, case or state only."""

import pytest
from issuance.domain.adjudication_referral import Candidate
from issuance.domain.adjudication_task import TaskState, Verdict
from issuance.domain.states import ApplicationState
from issuance.store.page_request import PageRequest

from .recorded_workflow import EVERYTHING
from .workflow import Workflow

OPEN = [TaskState.OPEN]


@pytest.fixture
async def tasks(workflow: Workflow) -> list[str]:
    """Adjudication tasks of applications at BJM, JKT and BJM, oldest first."""
    for office in ("BJM", "JKT", "BJM"):
        await workflow.applies(office=office)
        await workflow.is_identified(Candidate("somebody-else", 6.5))
    return [task.id for task in await workflow.tasks()]


async def test_adjudication_tasks(workflow: Workflow, tasks: list[str]) -> None:
    async with workflow.store.read() as records:
        page = records.adjudication_tasks.page
        first = await page(PageRequest(after=0, size=2), None, OPEN)
        second = await page(PageRequest(after=first[-1][0], size=2), None, OPEN)
        ours = await page(EVERYTHING, "BJM", OPEN)

    assert [task.id for _, task in first] == tasks[:2]
    assert [task.id for _, task in second] == tasks[2:]
    assert [task.id for _, task in ours] == [tasks[0], tasks[2]]


async def test_adjudication_tasks_by_state(workflow: Workflow, tasks: list[str]) -> None:
    await workflow.examines(tasks[0], "budi", Verdict.CLEARED)
    await workflow.claims(tasks[1], "budi")

    async with workflow.store.read() as records:
        page = records.adjudication_tasks.page
        by_state = {
            state: [task.id for _, task in await page(EVERYTHING, None, [state])]
            for state in TaskState
        }
        undecided = await records.adjudication_tasks.count_undecided()

    assert by_state == {
        TaskState.OPEN: [tasks[2]],
        TaskState.CLAIMED: [tasks[1]],
        TaskState.CLEARED: [tasks[0]],
        TaskState.CONFIRMED: [],
        TaskState.LINKED: [],
        TaskState.WITHDRAWN: [],
    }
    assert undecided == 2


async def test_examinations_stay_with_their_task(workflow: Workflow, tasks: list[str]) -> None:
    await workflow.examines(tasks[0], "budi", Verdict.DUPLICATE)
    await workflow.examines(tasks[1], "citra", Verdict.DUPLICATE)
    await workflow.examines(tasks[0], "dewi", Verdict.CLEARED)

    first, second, third = await workflow.tasks()

    assert [examination.by.split("/")[-3] for examination in first.adjudication.examinations] == [
        "budi",
        "dewi",
    ]
    assert [examination.verdict for examination in first.adjudication.examinations] == [
        Verdict.DUPLICATE,
        Verdict.CLEARED,
    ]
    assert len(second.adjudication.examinations) == 1
    assert third.adjudication.examinations == ()


async def test_notices(workflow: Workflow) -> None:
    ids = [await workflow.applies(office=office) for office in ("BJM", "JKT", "BJM")]

    async with workflow.store.read() as records:
        first = await records.notices.page(PageRequest(after=0, size=2), None, None)
        second = await records.notices.page(PageRequest(after=first[-1][0], size=2), None, None)
        ours = await records.notices.page(EVERYTHING, "BJM", None)
        of_one = await records.notices.page(EVERYTHING, None, ids[1])

    assert [record.id for _, record in first] == [f"{id}-1" for id in ids[:2]]
    assert [record.notice.application for _, record in first] == ids[:2]
    assert [record.notice.application for _, record in second] == ids[2:]
    assert [record.notice.application for _, record in ours] == [ids[0], ids[2]]
    assert [record.notice.application for _, record in of_one] == [ids[1]]


async def test_applications(workflow: Workflow) -> None:
    ids = [await workflow.brings_documents(office=office) for office in ("BJM", "JKT", "BJM")]
    await workflow.is_interviewed(ids[2])

    async with workflow.store.read() as records:
        first = await records.cases.page(PageRequest(after=0, size=2), None, None)
        second = await records.cases.page(PageRequest(after=first[-1][0], size=2), None, None)
        ours = await records.cases.page(EVERYTHING, "BJM", None)
        complete = await records.cases.page(EVERYTHING, None, ApplicationState.IDENTIFYING)

    assert [case.id for _, case in first] == ids[:2]
    assert [case.id for _, case in second] == ids[2:]
    assert [case.id for _, case in ours] == [ids[0], ids[2]]
    assert [case.id for _, case in complete] == [ids[2]]
