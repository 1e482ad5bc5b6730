import asyncio
import random

import pytest

from .print_matrix.guards import Guard, without
from .print_matrix.matrix import DISTURBANCES, Cell, Verdict, run_cell
from .print_matrix.moments import Moment

AFTER_DELIVERY = Moment("after", "send_document", 1)
CELLS = {
    # A machine that remembers an attempt unknown to the database would give it away.
    Guard.INTENT: Cell(Moment("before", "all_jobs", 1), "machine killed", died_at=AFTER_DELIVERY),
    Guard.RECONCILE: Cell(AFTER_DELIVERY, "service killed"),
    Guard.LOOK_AFTER_SEARCH: Cell(
        Moment("before", "find_job", 1), "machine killed", died_at=AFTER_DELIVERY
    ),
    Guard.SETTLEMENT: Cell(AFTER_DELIVERY, "machine silent"),
    Guard.CLEARANCE: Cell(Moment("after", "get_status", 1), "operator in between"),
    Guard.FENCE: Cell(Moment("before", "create_job", 1), "takeover"),
}


def test_no_guard_was_forgotten() -> None:
    assert set(CELLS) == set(Guard)


@pytest.mark.parametrize("guard", Guard)
async def test_without_it_two_books_come_out(guard: Guard) -> None:
    with without(guard):
        assert (await printed(CELLS[guard])).two_books


@pytest.mark.parametrize("guard", Guard)
async def test_with_it_one_book_comes_out(guard: Guard) -> None:
    verdict = await printed(CELLS[guard])

    assert verdict == Verdict(
        two_books=False, unnoticed=False, quarantined=0, stuck=False, reached=True
    )


@pytest.mark.parametrize("disturbance", DISTURBANCES)
async def test_one_book_comes_out_whatever_happens_after_the_page_was_sent(
    disturbance: str,
) -> None:
    verdict = await printed(Cell(AFTER_DELIVERY, disturbance))

    assert verdict.reached
    assert not verdict.two_books
    assert not verdict.unnoticed
    assert not verdict.stuck


async def printed(cell: Cell) -> Verdict:
    async with asyncio.timeout(100):
        return await run_cell(cell, random.Random(2))
