import asyncio
from time import monotonic

import pytest
from passport.printer.v1 import jobs_pb2 as jobs

from .office import Office
from .restarting_machine import RestartingMachine
from .simulated_machine import SimulatedMachine


@pytest.mark.parametrize("answered", [0, 1, 2])
async def test_while_the_service_finds_out_about_a_lost_answer(
    office: Office, answered: int
) -> None:
    folder = office.folder / "M1"
    folder.mkdir()
    machine = office.machines["M1"] = SimulatedMachine("M1", folder, books_per_minute=6000.0)
    await machine.start()
    way = RestartingMachine(machine, restart_after=answered)
    async with way.listening():
        await office.register("M1", way.uri)
        await office.load("M1", "B1000001", 3)
        job = await office.print()

        job = await office.until(job.job_id, "UNKNOWN_OUTCOME", "QUALITY_CHECK")
        await asyncio.sleep(0.5)  # time enough to send it again, for a service that would

    assert [line["job_name"] for line in machine.ledger] == [job.attempts[0].attempt_id]
    assert len(job.attempts) == 1


async def test_a_machine_just_switched_on_gets_no_job_for_three_seconds(office: Office) -> None:
    """Its up-time, counted from 1, must be 4 s: a restart before would not show in it."""
    await office.machine(books=1)
    machine = office.machines["M1"]
    await machine.stop()
    switched_on = monotonic()
    await machine.start()

    job = await office.print()
    job = await office.wait_for(lambda job: job.state != jobs.PRINT_JOB_STATE_QUEUED, job.job_id)

    assert monotonic() - switched_on >= 3.0
