"""An operation belongs to one replica at a time, and only that one gives it its result."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from matcher.domain.operation import LeasedOperation, LeaseLost, OperationState
from matcher.store.store import Store
from sqlalchemy import text

from .store_and_index import NOW, opened
from .stored_operations import LATE, ORIGIN, SOON, lease, start


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with opened(tmp_path) as base:
        yield base.store


async def finish(store: Store, leased: LeasedOperation, result: bytes, at: datetime) -> None:
    async with store.write() as records:
        await records.operations.finish(leased, OperationState.SUCCEEDED, result, at)


async def test_the_lowest_priority_number_is_done_first_and_of_equals_the_oldest(
    store: Store,
) -> None:
    await start(store, "later", NOW + timedelta(seconds=1))
    await start(store, "earlier", NOW)
    await start(store, "urgent", NOW + timedelta(seconds=2), priority=1)

    turns = [await lease(store, "a", LATE) for _ in range(4)]

    assert [turn and turn.operation_id for turn in turns] == ["urgent", "earlier", "later", None]


async def test_a_replica_that_gave_no_sign_of_life_is_relieved_and_cannot_answer(
    store: Store,
) -> None:
    await start(store, "one", NOW)
    frozen = await lease(store, "a", NOW)
    too_early = await lease(store, "b", SOON)
    successor = await lease(store, "b", LATE)
    assert frozen
    assert successor

    await finish(store, successor, b"of b", LATE)
    with pytest.raises(LeaseLost):
        await finish(store, frozen, b"of a", LATE)

    assert too_early is None
    async with store.read() as records:
        assert (await records.operations.get("one")).result == b"of b"


async def test_a_renewed_lease_holds(store: Store) -> None:
    await start(store, "one", NOW)
    mine = await lease(store, "a", NOW)
    assert mine
    async with store.write() as records:
        assert await records.operations.renew_leases("a", ["one"], SOON) == []

    assert await lease(store, "b", LATE) is None
    await finish(store, mine, b"of a", LATE)


async def test_a_lease_that_nobody_works_under_ends(store: Store) -> None:
    await start(store, "one", NOW)
    assert await lease(store, "a", NOW)
    async with store.write() as records:
        await records.operations.renew_leases("a", [], SOON)

    again = await lease(store, "a", LATE)

    assert again
    assert again.operation_id == "one"


async def test_a_method_that_a_replica_does_not_know_is_left_to_others(store: Store) -> None:
    await start(store, "one", NOW)

    async with store.write() as records:
        assert await records.operations.lease_next("a", ["package.Service/Other"], NOW) is None


async def test_a_damaged_request_is_told_apart(store: Store) -> None:
    await start(store, "one", NOW)
    async with store.write() as records:
        statement = text("UPDATE operations SET request = :other")
        await records.transaction.execute(statement, {"other": bytes(1)})

    found = await lease(store, "a", NOW)

    assert found
    assert found.request is None


async def test_the_replica_that_works_learns_of_a_cancellation(store: Store) -> None:
    await start(store, "one", NOW)
    mine = await lease(store, "a", NOW)
    assert mine
    async with store.write() as records:
        await records.operations.request_cancellation("one")

    async with store.write() as records:
        asked = await records.operations.renew_leases("a", ["one"], SOON)
        await records.operations.refuse_cancellation(mine)
        asked_again = await records.operations.renew_leases("a", ["one"], SOON)

    assert (asked, asked_again) == (["one"], [])


async def test_an_unwanted_operation_is_cancelled_before_its_turn(store: Store) -> None:
    await start(store, "one", LATE)
    async with store.write() as records:
        assert await records.operations.lease_unwanted("a", [ORIGIN.method], NOW) is None
        await records.operations.request_cancellation("one")

    assert await lease(store, "a", NOW) is None
    async with store.write() as records:
        unwanted = await records.operations.lease_unwanted("a", [ORIGIN.method], NOW)

    assert unwanted
    assert unwanted.operation_id == "one"


async def test_what_one_replica_alone_can_do_fails_with_it(store: Store) -> None:
    await start(store, "bound", NOW, replica="a")

    too_early = await lease(store, "b", SOON)
    async with store.read() as records:
        while_alive = (await records.operations.get("bound")).state
    late = await lease(store, "b", LATE)

    assert (too_early, late, while_alive) == (None, None, OperationState.WAITING)
    async with store.read() as records:
        failed = await records.operations.get("bound")
    assert (failed.state, failed.result) == (OperationState.FAILED, b"stopped")


async def test_an_operation_that_must_wait_is_left_alone_until_then(store: Store) -> None:
    await start(store, "one", NOW)
    mine = await lease(store, "a", NOW)
    assert mine
    async with store.write() as records:
        await records.operations.postpone(mine, "the index is behind", LATE, NOW)

    before, after = await lease(store, "a", SOON), await lease(store, "a", LATE)

    assert before is None
    assert after
    with pytest.raises(LeaseLost):
        async with store.write() as records:
            await records.operations.set_progress(
                LeasedOperation("one", ORIGIN, b"request", "b"), 0.5
            )


async def test_the_request_is_forgotten_with_the_result_and_that_after_its_time(
    store: Store,
) -> None:
    await start(store, "one", NOW)
    mine = await lease(store, "a", NOW)
    assert mine
    await finish(store, mine, b"result", NOW)

    async with store.write() as records:
        kept = await records.operations.delete_finished_before(NOW)
        request = await records.transaction.exec_driver_sql("SELECT request FROM operations")
        purged = await records.operations.delete_finished_before(SOON)

    assert (kept, request.scalar_one(), purged) == (0, None, 1)
