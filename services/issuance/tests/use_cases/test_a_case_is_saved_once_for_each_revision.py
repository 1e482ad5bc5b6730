"""Of two transactions that change the same revision of a case, one is stored."""

from dataclasses import replace

import pytest
from issuance.domain.case_errors import ApplicationNotFound

from .workflow import Workflow


async def test_the_next_revision_is_stored(workflow: Workflow) -> None:
    case = await workflow.case(await workflow.brings_documents())

    async with workflow.store.begin() as records:
        await records.cases.save(replace(case, revision=6, document_number="X0000001"))

    stored = await workflow.case(case.id)
    assert (case.revision, stored.revision, stored.document_number) == (5, 6, "X0000001")


@pytest.mark.parametrize("revision", [5, 7])
async def test_a_revision_that_is_not_the_next_is_an_error(
    workflow: Workflow, revision: int
) -> None:
    case = await workflow.case(await workflow.brings_documents())

    with pytest.raises(RuntimeError, match=f"not at revision {revision - 1}"):
        await _saved_as(workflow, case.id, revision)

    assert await workflow.case(case.id) == case


async def test_other_cases_stay_as_they_are(workflow: Workflow) -> None:
    other = await workflow.case(await workflow.brings_documents())
    id = await workflow.brings_documents()

    await _saved_as(workflow, id, 6)

    assert await workflow.case(other.id) == other


async def test_an_unknown_case_is_not_found(workflow: Workflow) -> None:
    with pytest.raises(ApplicationNotFound):
        await workflow.case("unknown")


async def _saved_as(workflow: Workflow, id: str, revision: int) -> None:
    case = await workflow.case(id)
    async with workflow.store.begin() as records:
        await records.cases.save(replace(case, revision=revision))
