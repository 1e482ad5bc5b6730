from passport.printer.v1 import jobs_pb2 as jobs
from passport.printer.v1 import stock_pb2

from .office import Office


async def _lost(office: Office, fault: str) -> jobs.PrintJob:
    """A job whose machine died and came back without a memory."""
    await office.machine(books=3, faults=f"{fault}@1", books_per_minute=600.0)
    machine = office.machines["M1"]
    job = await office.print()
    assert machine.process is not None
    await machine.process.killed()
    await machine.start()
    return await office.until(job.job_id, "UNKNOWN_OUTCOME")


async def test_a_book_that_came_out_goes_to_the_quality_check(office: Office) -> None:
    job = await _lost(office, "crash-after")
    serial = job.attempts[0].book_serial
    assert (await office.books())[serial].state == stock_pb2.BOOK_STATE_QUARANTINED

    job = await office.resolve(job, "PRINTED")
    job = await office.check_quality(job)

    assert job.state == jobs.PRINT_JOB_STATE_DONE
    assert job.book_serial == serial
    await office.assert_agrees_with_the_ledgers()


async def test_a_blank_book_goes_to_the_safe_and_the_job_is_tried_again(office: Office) -> None:
    job = await _lost(office, "crash-before")
    serial = job.attempts[0].book_serial

    job = await office.resolve_by_two(job, "NOT_PRINTED")
    job = await office.until(job.job_id, "UNKNOWN_OUTCOME", "QUALITY_CHECK")
    # Found in its first seconds, in which a machine might still print it: they look again.
    if job.state == jobs.PRINT_JOB_STATE_UNKNOWN_OUTCOME:
        job = await office.resolve_by_two(job, "NOT_PRINTED")
    job = await office.until(job.job_id, "QUALITY_CHECK")
    assert (await office.books())[serial].state == stock_pb2.BOOK_STATE_SAFE
    job = await office.check_quality(job)

    assert job.attempts[0].outcome == jobs.ATTEMPT_OUTCOME_NOT_PRINTED
    assert job.book_serial != serial
    await office.assert_agrees_with_the_ledgers()


async def test_both_dying_in_the_same_moment_prints_nothing_on_a_guess(office: Office) -> None:
    await office.machine(books=3, books_per_minute=600.0)
    await office.restart("printer.delivered")
    job = await office.print()
    assert office.process is not None
    await office.process.killed()
    machine = office.machines["M1"]
    await machine.stop()
    await machine.start()
    await office.start()

    job = await office.until(job.job_id, "UNKNOWN_OUTCOME")

    assert len(job.attempts) == 1
    assert len(machine.ledger) <= 1
    assert "restarted" in job.attempts[0].reason or "forgotten" in job.attempts[0].reason
