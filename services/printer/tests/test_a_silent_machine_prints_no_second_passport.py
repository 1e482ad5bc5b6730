import asyncio

import pytest
from passport.printer.v1 import jobs_pb2 as jobs

from .office import Office

GIVEN_UP_SOON = {"outcome_unknown_after_seconds": 0.5, "machine_timeout_seconds": 0.5}


async def _resolved_while_silent(office: Office, jam_seconds: float) -> jobs.PrintJob:
    """A job jammed in M1, which went silent; a person found the book blank; M2 is ready."""
    office.settings |= GIVEN_UP_SOON
    await office.restart()
    await office.machine("M1", books=1, faults="jam@1", fault_seconds=jam_seconds)
    job = await office.print()
    await office.until_machine("M1", lambda m: "media-jam-error" in m.reasons)
    office.machines["M1"].freeze()
    job = await office.until(job.job_id, "UNKNOWN_OUTCOME")
    await office.machine("M2", books=1)
    return await office.resolve_by_two(job, "NOT_PRINTED")


async def test_one_that_comes_back_jammed_gives_its_page_up_and_another_prints(
    office: Office,
) -> None:
    job = await _resolved_while_silent(office, jam_seconds=60.0)
    waiting = await office.job(job.job_id)

    office.machines["M1"].thaw()
    job = await office.until(job.job_id, "QUALITY_CHECK")
    job = await office.check_quality(job)

    assert waiting.state == jobs.PRINT_JOB_STATE_QUEUED
    assert "machine M1 to answer" in waiting.waiting_for
    assert [attempt.machine_id for attempt in job.attempts] == ["M1", "M2"]
    assert office.machines["M1"].ledger == []
    await office.assert_agrees_with_the_ledgers()


async def test_one_that_comes_back_and_prints_makes_a_person_look(office: Office) -> None:
    job = await _resolved_while_silent(office, jam_seconds=5.0)
    await asyncio.sleep(5.0)  # the jam is over when it goes on

    office.machines["M1"].thaw()
    job = await office.until(job.job_id, "UNKNOWN_OUTCOME")

    assert "printed, which a person had found NOT_PRINTED" in job.attempts[0].reason
    assert len(office.machines["M1"].ledger) == 1
    assert office.machines["M2"].ledger == []


@pytest.mark.parametrize("answers", [True, False])
async def test_a_jam_that_lasts_ends_in_a_good_book(office: Office, answers: bool) -> None:
    """The page is cancelled at the machine, whether that answers all the time or comes back."""
    office.settings |= GIVEN_UP_SOON | {"attempt_limit_seconds": 1.0}
    await office.restart()
    await office.machine("M1", books=1, faults="jam@1", fault_seconds=60.0)
    await office.machine("M2", books=1)
    await office.pause("M2")
    job = await office.print()
    await office.until_machine("M1", lambda m: "media-jam-error" in m.reasons)
    if not answers:
        office.machines["M1"].freeze()
    job = await office.until(job.job_id, "UNKNOWN_OUTCOME")
    office.machines["M1"].thaw()

    await office.resolve_by_two(job, "NOT_PRINTED")
    await office.resume("M2")
    job = await office.until(job.job_id, "QUALITY_CHECK")
    await office.check_quality(job)

    await office.assert_agrees_with_the_ledgers()
