from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from printer.domain.book import BookState
from printer.domain.job import JobState, Outcome
from printer.domain.machine import MachineAbsent, MachineSilent, Phase

from .floors import LOSE_AFTER, ShopFloor, a_shop_floor


@pytest_asyncio.fixture
async def shop(tmp_path: Path) -> AsyncIterator[ShopFloor]:
    async with a_shop_floor(tmp_path) as floor:
        yield floor


async def test_its_rate_is_measured_from_what_it_makes(shop: ShopFloor) -> None:
    job = await shop.order()
    await shop.step()
    shop.machine.finish()
    await shop.step(after=8.0)

    [capacity] = shop.floor.capacities(["M1"])

    assert (await shop.job(job.job_id)).state is JobState.QUALITY_CHECK
    assert (capacity.busy_seconds, capacity.book_seconds) == (0.0, 8.0)


async def test_long_silence_makes_a_person_look(shop: ShopFloor) -> None:
    job = await shop.order()
    await shop.step()
    shop.machine.silent = MachineSilent
    await shop.step()
    await shop.step(after=LOSE_AFTER - 1)
    waiting = await shop.job(job.job_id)

    await shop.step(after=LOSE_AFTER)

    lost = await shop.job(job.job_id)
    assert waiting.state is JobState.SENT
    assert lost.state is JobState.UNKNOWN_OUTCOME
    assert "silent" in lost.attempt.reason


@pytest.mark.parametrize("silence", [MachineAbsent, MachineSilent])
async def test_only_a_machine_that_nothing_reached_gives_its_book_back(
    shop: ShopFloor, silence: type[MachineSilent]
) -> None:
    shop.machine.cut_at_create = silence
    job = await shop.order()

    await shop.step()

    now = await shop.job(job.job_id)
    given_back = silence is MachineAbsent
    assert now.state is (JobState.QUEUED if given_back else JobState.ASSIGNED)
    assert now.attempt.outcome is (Outcome.NOT_PRINTED if given_back else None)
    async with shop.store.read() as records:
        assert (await records.books.count())[BookState.LOADED] == (3 if given_back else 2)


@pytest.mark.parametrize("idle", [True, False])
async def test_a_job_left_without_document_is_cleared_away(shop: ShopFloor, idle: bool) -> None:
    shop.machine.jobs.append(shop.machine.a_job("orphan", Phase.WITHOUT_DOCUMENT))
    shop.machine.idle = idle
    job = await shop.order()

    await shop.step()
    shop.machine.idle = True
    await shop.step(after=60.0)

    assert (await shop.job(job.job_id)).state is JobState.SENT
    assert shop.machine.jobs[0].phase is Phase.GIVEN_UP
    assert shop.machine.jobs[1].phase is Phase.PRINTING


async def test_a_job_given_up_as_lost_is_not_printed_when_the_machine_comes_back(
    shop: ShopFloor,
) -> None:
    job = await shop.order()
    await shop.step()
    shop.machine.jobs[0] = shop.machine.a_job(shop.machine.jobs[0].name, Phase.WAITING)
    shop.machine.silent = MachineSilent
    await shop.step()
    await shop.step(after=LOSE_AFTER)
    shop.machine.silent, shop.machine.idle = None, False

    await shop.step(after=LOSE_AFTER)

    assert (await shop.job(job.job_id)).state is JobState.UNKNOWN_OUTCOME
    assert shop.machine.jobs[0].phase is Phase.GIVEN_UP


async def test_troubles_in_a_row_make_it_rest_longer(shop: ShopFloor) -> None:
    shop.machine.silent = MachineSilent
    await shop.step()
    rests = []
    for _ in range(6):
        began = shop.seconds
        while shop.floor.rests("M1"):
            shop.seconds += 0.5
        rests.append(shop.seconds - began)
        await shop.step()

    assert rests == [1.0, 2.0, 4.0, 8.0, 16.0, 16.0]
