"""Of work that waits for a thread the more urgent begins first, and nothing waits for ever."""

import asyncio
import threading
from collections.abc import Callable

import pytest
from servicekit.errors import Overloaded
from servicekit.process.worker_pool import WorkerPool, work_priority


async def _order(pool: WorkerPool, priorities: list[int]) -> list[int]:
    """Queue one piece of work for each priority while the only thread is busy; return the order."""
    release, begun = threading.Event(), list[int]()

    async def queued(number: int, priority: int) -> None:
        with work_priority(priority):
            await pool.run(begun.append, number)

    running = asyncio.ensure_future(pool.run(release.wait))
    waiting: list[asyncio.Future[None]] = []
    for number, priority in enumerate(priorities):
        waiting.append(asyncio.ensure_future(queued(number, priority)))
        await asyncio.sleep(0)
    release.set()
    await asyncio.gather(running, *waiting)
    return begun


@pytest.fixture
def pools() -> Callable[[int], WorkerPool]:
    return lambda queue_size: WorkerPool(workers=1, queue_size=queue_size)


async def test_the_first_priority_begins_first_and_of_equals_the_first_to_come(
    pools: Callable[[int], WorkerPool],
) -> None:
    pool = pools(6)

    order = await _order(pool, [9, 5, 1, 5, 1, 9])
    pool.close()

    assert order == [2, 4, 1, 3, 0, 5]


async def test_what_came_64_places_later_passes_nothing_for_one_step_of_priority(
    pools: Callable[[int], WorkerPool],
) -> None:
    pool = pools(80)

    order = await _order(pool, [6, *[5] * 70])
    pool.close()

    assert order.index(0) == 63


async def test_no_priority_passes_a_full_queue(pools: Callable[[int], WorkerPool]) -> None:
    pool, release = pools(1), threading.Event()
    running = asyncio.ensure_future(pool.run(release.wait))
    waiting = asyncio.ensure_future(pool.run(pow, 2, 3))
    await asyncio.sleep(0)

    with work_priority(1), pytest.raises(Overloaded):
        await pool.run(pow, 2, 3)
    release.set()

    assert [await running, await waiting] == [True, 8]
    pool.close()
