from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from printer.domain.book import BookState
from printer.domain.job import AttemptOutcome, JobState
from printer.domain.printer_client import (
    MachineJobPhase,
    MachineUnavailable,
    RequestNotDelivered,
    RequestOutcomeUnknown,
)

from .floors import OUTCOME_UNKNOWN_AFTER, ShopFloor, a_shop_floor


@pytest_asyncio.fixture
async def shop(tmp_path: Path) -> AsyncIterator[ShopFloor]:
    async with a_shop_floor(tmp_path) as floor:
        yield floor


async def test_its_rate_is_measured_from_what_it_makes(shop: ShopFloor) -> None:
    job = await shop.order()
    await shop.step()
    shop.machine.finish()
    await shop.step(after=8.0)

    [capacity] = shop.monitor.capacities(["M1"])

    assert (await shop.job(job.job_id)).state is JobState.QUALITY_CHECK
    assert (capacity.seconds_until_idle, capacity.seconds_per_book) == (0.0, 8.0)


async def test_long_silence_makes_a_person_look(shop: ShopFloor) -> None:
    job = await shop.order()
    await shop.step()
    shop.machine.silent = RequestOutcomeUnknown
    await shop.step()
    await shop.step(after=OUTCOME_UNKNOWN_AFTER - 1)
    waiting = await shop.job(job.job_id)

    await shop.step(after=OUTCOME_UNKNOWN_AFTER)

    lost = await shop.job(job.job_id)
    assert waiting.state is JobState.SENT
    assert lost.state is JobState.UNKNOWN_OUTCOME
    assert "does not answer" in lost.latest_attempt.reason


@pytest.mark.parametrize("silence", [RequestNotDelivered, RequestOutcomeUnknown])
async def test_only_a_machine_that_nothing_reached_gives_its_book_back(
    shop: ShopFloor, silence: type[MachineUnavailable]
) -> None:
    shop.machine.cut_at_create = silence
    job = await shop.order()

    await shop.step()

    now = await shop.job(job.job_id)
    given_back = silence is RequestNotDelivered
    assert now.state is (JobState.QUEUED if given_back else JobState.ASSIGNED)
    assert now.latest_attempt.outcome is (AttemptOutcome.NOT_PRINTED if given_back else None)
    async with shop.store.read() as records:
        assert (await records.books.count_by_state())[BookState.LOADED] == (3 if given_back else 2)


@pytest.mark.parametrize("idle", [True, False])
async def test_a_job_left_without_document_is_cleared_away(shop: ShopFloor, idle: bool) -> None:
    shop.machine.jobs.append(shop.machine.a_job("orphan", MachineJobPhase.AWAITING_DOCUMENT))
    shop.machine.idle = idle
    job = await shop.order()

    await shop.step()
    shop.machine.idle = True
    await shop.step(after=60.0)

    assert (await shop.job(job.job_id)).state is JobState.SENT
    assert shop.machine.jobs[0].phase is MachineJobPhase.CANCELLED_OR_ABORTED
    assert shop.machine.jobs[1].phase is MachineJobPhase.PROCESSING


async def test_a_job_given_up_as_lost_is_not_printed_when_the_machine_comes_back(
    shop: ShopFloor,
) -> None:
    job = await shop.order()
    await shop.step()
    shop.machine.jobs[0] = shop.machine.a_job(shop.machine.jobs[0].name, MachineJobPhase.PENDING)
    shop.machine.silent = RequestOutcomeUnknown
    await shop.step()
    await shop.step(after=OUTCOME_UNKNOWN_AFTER)
    shop.machine.silent, shop.machine.idle = None, False

    await shop.step(after=OUTCOME_UNKNOWN_AFTER)

    assert (await shop.job(job.job_id)).state is JobState.UNKNOWN_OUTCOME
    assert shop.machine.jobs[0].phase is MachineJobPhase.CANCELLED_OR_ABORTED


async def test_troubles_in_a_row_make_it_rest_longer(shop: ShopFloor) -> None:
    shop.machine.silent = RequestOutcomeUnknown
    await shop.step()
    rests = []
    for _ in range(6):
        began = shop.seconds
        while shop.monitor.is_backing_off("M1"):
            shop.seconds += 0.5
        rests.append(shop.seconds - began)
        await shop.step()

    assert rests == [1.0, 2.0, 4.0, 8.0, 16.0, 16.0]
