from collections.abc import AsyncIterator

import pytest
from printer.domain.job import Job
from printer.domain.job_transitions import JobState
from printer.domain.printer_client import RequestOutcomeUnknown

from .history import MACHINES, History


@pytest.fixture
async def history() -> AsyncIterator[History]:
    history = History()
    await history.open()
    yield history
    await history.close()


async def _all_steps(history: History, seconds: float) -> Job:
    """Let seconds pass and the service serve each machine; return the first job."""
    history.room.seconds += seconds
    for machine_id in MACHINES:
        await history.service.step(machine_id)
    await history.read()
    return history.jobs[0]


async def test_two_orders_are_two_jobs(history: History) -> None:
    for number in (0, 1, 1):
        await history.order(number)

    await history.read()

    assert [job.document_number for job in history.jobs] == ["X0", "X1"]


async def test_it_was_printed_after_two_persons_found_its_book_blank(history: History) -> None:
    await history.order(0)
    await _all_steps(history, 0.0)
    sent = await _all_steps(history, 10.0)
    machine = history.machines[sent.latest_attempt.machine_id]
    machine.unavailable = RequestOutcomeUnknown
    await _all_steps(history, 1.0)
    unknown = await _all_steps(history, 61.0)
    await history.two_look_at_book(unknown, "siti")
    machine.print_current()
    machine.switch_off()
    await _all_steps(history, 1.0)
    machine.switch_on()

    forgotten = await _all_steps(history, 10.0)
    forgotten = await _all_steps(history, 10.0)
    await history.come_to_an_end()

    assert unknown.state is forgotten.state is JobState.UNKNOWN_OUTCOME
    assert forgotten.latest_attempt.reason.endswith("has forgotten it: look again")
    assert [job.state for job in history.jobs] == [JobState.DONE]
    assert list(history.printed()) == [unknown.latest_attempt.book_serial]
