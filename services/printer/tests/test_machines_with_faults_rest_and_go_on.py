import asyncio

import pytest
from passport.printer.v1 import admin_pb2, stock_pb2
from passport.printer.v1 import jobs_pb2 as jobs

from .office import Office
from .simulated_machine import SimulatedMachine


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("jam", "media-jam-error"), ("ink", "marker-supply-empty-error")],
)
async def test_a_stopped_machine_says_why_and_the_book_is_made(
    office: Office, fault: str, reason: str
) -> None:
    await office.machine(books=1, faults=f"{fault}@1", fault_seconds=5.0)

    job = await office.print()
    await office.until_machine("M1", lambda m: reason in m.reasons)
    status = await office.call(
        "PrinterAdmin", "GetStatus", admin_pb2.GetStatusRequest(), "administrator"
    )
    job = await office.until(job.job_id, "QUALITY_CHECK")

    assert any(reason in trouble for trouble in status.blocking_reasons)
    assert len(job.attempts) == 1
    assert len(office.machines["M1"].ledger) == 1


async def test_a_cut_answer_prints_once(office: Office) -> None:
    await office.machine(books=2, faults="cut@1")

    job = await office.print()
    job = await office.until(job.job_id, "QUALITY_CHECK")

    assert len(job.attempts) == 1
    assert [line["job_name"] for line in office.machines["M1"].ledger] == [
        job.attempts[0].attempt_id
    ]


async def test_an_aborted_job_leaves_its_book_untouched(office: Office) -> None:
    await office.machine(books=1, faults="abort@1")

    job = await office.print()
    job = await office.until(job.job_id, "QUALITY_CHECK")

    first, second = job.attempts
    assert first.outcome == jobs.ATTEMPT_OUTCOME_NOT_PRINTED
    assert first.book_serial == second.book_serial
    assert len(office.machines["M1"].ledger) == 1


async def test_a_machine_switched_off_leaves_its_work_to_the_others(office: Office) -> None:
    await office.machine("M1", books=2)
    await office.machine("M2", books=2)
    await office.machines["M1"].stop()

    made = [await office.print(f"X000000{n}") for n in (1, 2)]
    done = [await office.until(job.job_id, "QUALITY_CHECK") for job in made]

    assert {job.attempts[-1].machine_id for job in done} == {"M2"}
    assert office.machines["M1"].ledger == []
    loaded = {
        s: b for s, b in (await office.books()).items() if b.state == stock_pb2.BOOK_STATE_LOADED
    }
    assert {book.machine_id for book in loaded.values()} == {"M1"}
    assert len(loaded) == 2


async def test_a_paused_machine_finishes_its_book_and_takes_no_other(office: Office) -> None:
    await office.machine(books=2, books_per_minute=20.0)
    first = await office.print("X0000001")
    await office.until(first.job_id, "SENT")

    await office.pause("M1")
    second = await office.print("X0000002")
    await office.until(first.job_id, "QUALITY_CHECK")
    await asyncio.sleep(0.3)  # several looks of the dispatcher
    waiting = await office.job(second.job_id)
    await office.resume("M1")
    await office.until(second.job_id, "QUALITY_CHECK")

    assert waiting.state == jobs.PRINT_JOB_STATE_QUEUED


async def test_a_machine_exchanged_for_another_gets_no_work_until_it_is_registered(
    office: Office,
) -> None:
    await office.machine("M1", books=1)
    old = office.machines["M1"]
    await old.stop()
    other = SimulatedMachine("M9", old.folder, listen=old.listen)
    await other.start()

    await office.until_machine("M1", lambda m: "printer-uuid-changed" in m.reasons)
    job = await office.print()
    waiting = await office.job(job.job_id)
    await office.register("M1", other.uri)
    printed = await office.until(job.job_id, "QUALITY_CHECK")
    await other.stop()

    assert waiting.state == jobs.PRINT_JOB_STATE_QUEUED
    assert len(printed.attempts) == 1


async def test_work_is_shared_by_machines(office: Office) -> None:
    await office.machine("M1", books=4, books_per_minute=120.0)
    await office.machine("M2", books=4, books_per_minute=120.0)

    made = [await office.print(f"X000000{n}") for n in range(6)]
    done = [await office.until(job.job_id, "QUALITY_CHECK") for job in made]

    assert {job.attempts[0].machine_id for job in done} == {"M1", "M2"}
    assert sum(len(machine.ledger) for machine in office.machines.values()) == 6
