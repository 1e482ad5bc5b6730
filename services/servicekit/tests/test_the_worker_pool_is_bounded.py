import asyncio
import threading
from collections.abc import Iterator

import pytest
from servicekit.errors import Overloaded
from servicekit.process.worker_pool import WorkerPool, one_piece_of_work
from servicekit.security.identity import bind_caller, current_caller, parse_identity


@pytest.fixture
def pool() -> Iterator[WorkerPool]:
    made = WorkerPool(workers=1, queue_size=1)
    yield made
    made.close()


async def test_work_beyond_the_queue_is_refused_until_there_is_room(pool: WorkerPool) -> None:
    release = threading.Event()
    running = asyncio.ensure_future(pool.run(release.wait))
    waiting = asyncio.ensure_future(pool.run(pow, 2, 10))
    await asyncio.sleep(0)

    with pytest.raises(Overloaded) as refused:
        await pool.run(pow, 2, 3)
    release.set()

    assert refused.value.retry_after is not None
    assert await running is True
    assert await waiting == 1024
    assert await pool.run(pow, 2, 3) == 8


async def test_cancelled_work_is_not_begun(pool: WorkerPool) -> None:
    release = threading.Event()
    done: list[str] = []
    running = asyncio.ensure_future(pool.run(release.wait))
    cancelled = asyncio.ensure_future(pool.run(done.append, "cancelled"))
    await asyncio.sleep(0)

    cancelled.cancel()
    await asyncio.wait([cancelled])
    release.set()
    await running
    await pool.run(done.append, "wanted")

    assert done == ["wanted"]


async def test_an_exception_in_a_thread_is_raised_by_run(pool: WorkerPool) -> None:
    with pytest.raises(ZeroDivisionError):
        await pool.run(divmod, 1, 0)


async def test_threads_know_the_caller(pool: WorkerPool) -> None:
    with bind_caller(parse_identity("spiffe://id/office/national/service/issuance")) as caller:
        assert await pool.run(current_caller) == caller


async def test_what_belongs_together_takes_one_place(pool: WorkerPool) -> None:
    release = threading.Event()
    with one_piece_of_work():
        parts = [asyncio.ensure_future(pool.run(release.wait)) for _ in range(4)]
        await asyncio.sleep(0)
    other = asyncio.ensure_future(pool.run(pow, 2, 10))
    await asyncio.sleep(0)

    with one_piece_of_work(), pytest.raises(Overloaded):
        await pool.run(pow, 2, 3)
    release.set()

    assert await asyncio.gather(*parts, other) == [True, True, True, True, 1024]
    assert [*await asyncio.gather(pool.run(pow, 2, 3), pool.run(pow, 2, 4))] == [8, 16]
