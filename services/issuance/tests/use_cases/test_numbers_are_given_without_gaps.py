"""Each counter gives 1, 2, 3, ..., and gives a number again that a failed transaction took."""

import pytest
from sqlalchemy.exc import NoResultFound

from .workflow import Workflow


class PowerCut(Exception):
    """The transaction fails."""


async def _next(workflow: Workflow, counter: str, *, fails: bool = False) -> int:
    async with workflow.store.begin() as records:
        number = await records.counters.next(counter)
        if fails:
            raise PowerCut
        return number


async def test_each_counter_counts_for_itself(workflow: Workflow) -> None:
    assert [await _next(workflow, "document_number") for _ in range(3)] == [1, 2, 3]
    assert [await _next(workflow, "queue_number") for _ in range(2)] == [1, 2]
    assert await _next(workflow, "document_number") == 4


async def test_a_number_of_a_failed_transaction_is_given_again(workflow: Workflow) -> None:
    with pytest.raises(PowerCut):
        await _next(workflow, "document_number", fails=True)

    assert await _next(workflow, "document_number") == 1


async def test_there_are_no_other_counters(workflow: Workflow) -> None:
    with pytest.raises(NoResultFound):
        await _next(workflow, "unknown")
