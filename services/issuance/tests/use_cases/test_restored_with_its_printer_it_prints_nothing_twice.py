"""Issuance and a printer were both restored: neither knows what was printed since the backups."""

from issuance.use_cases.restored import notice_restore

from .scripted_printer import ScriptedPrinter
from .workflow import Workflow


async def _is_identified(workflow: Workflow, office: str = "BJM") -> str:
    id = await workflow.applies(office=office)
    await workflow.is_identified()
    return id


async def _is_restored(workflow: Workflow, *offices: str) -> None:
    async with workflow.store.begin() as records:
        await notice_restore(records, offices, workflow.now_is)


async def _clearances(workflow: Workflow, *ids: str) -> list[str]:
    printer = ScriptedPrinter()
    for id in ids:
        await workflow.is_released(id)
    await workflow.submits(printer)
    return printer.clearances


async def test_whoever_had_applied_by_then_may_have_a_passport(workflow: Workflow) -> None:
    id = await _is_identified(workflow)

    await _is_restored(workflow, "BJM")
    workflow.clock("2018-10-30 09:00")

    assert await _clearances(workflow, id) == ["clearance True"]


async def test_whoever_applies_later_has_none(workflow: Workflow) -> None:
    await _is_restored(workflow, "BJM")
    workflow.clock("2018-10-26 09:01")
    id = await _is_identified(workflow)
    workflow.clock("2018-10-30 09:00")

    assert await _clearances(workflow, id) == ["clearance False"]


async def test_the_other_offices_go_on(workflow: Workflow) -> None:
    id = await _is_identified(workflow)

    await _is_restored(workflow, "JKT")
    workflow.clock("2018-10-30 09:00")

    assert await _clearances(workflow, id) == ["clearance False"]


async def test_the_latest_restore_counts(workflow: Workflow) -> None:
    await _is_restored(workflow, "BJM", "JKT")
    workflow.clock("2018-10-26 09:01")
    id = await _is_identified(workflow)
    await _is_restored(workflow, "BJM")
    workflow.clock("2018-10-30 09:00")

    assert await _clearances(workflow, id) == ["clearance True"]
