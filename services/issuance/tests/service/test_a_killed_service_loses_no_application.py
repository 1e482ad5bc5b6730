"""A service killed at any step loses no application and does nothing twice."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
import pytest_asyncio
from passport.issuance.v1 import adjudication_pb2 as tasks
from passport.issuance.v1 import applications_pb2 as apps

from .country import Country, a_country
from .running_service import ServiceProcess

CALLS = ("before_call", "after_call", "before_commit", "after_commit")


@pytest_asyncio.fixture
async def country(tmp_path: Path, pki: Path, database_url: str) -> AsyncIterator[Country]:
    async with a_country(tmp_path, pki, database_url, runs=ServiceProcess) as running:
        yield running


class KillsAtFailpoints:
    """Kills the service at one failpoint after the other, and starts it again each time."""

    def __init__(self, country: Country, failpoints: Sequence[str]) -> None:
        self._country = country
        self._left = list(failpoints)

    async def run(self) -> None:
        """Kill it at each failpoint in turn, then let it run."""
        process = self._country.process
        assert isinstance(process, ServiceProcess)
        await process.stop()
        while self._left:
            await process.start(self._left.pop(0))
            await process.killed()
        await process.start()


async def _collects(country: Country) -> str:
    """The whole way of one applicant."""
    id = (await country.applies()).application_id
    await country.approves(id)
    await country.reaches(id, "READY")
    await country.officer("HandOver", apps.HandOverRequest(application_id=id, signed_by="Siti"))
    return id


async def _same_as_if_nothing_had_happened(country: Country, id: str, undisturbed: str) -> None:
    assert await country.history(id) == await country.history(undisturbed)
    assert await country.notices(id) == await country.notices(undisturbed)
    await country.until(lambda: _the_outbox_is_empty(country))
    assert country.matcher.status(id) == "ACTIVE"
    assert country.printer.books_made[id] == 1
    assert len(set(country.printer.document_numbers)) == len(country.printer.document_numbers)


STEPS = {
    "calls": ["change.before_commit", "change.after_commit", "change.before_commit:2"] * 3,
    "identify": ["identify.leased", *(f"identify.{when}" for when in CALLS)],
    "set_encounter_status": [
        "set_encounter_status.leased",
        *(f"set_encounter_status.{when}" for when in CALLS),
    ],
    "clearance": ["print.clearance.before_commit", "print.clearance.after_commit"],
    "print": ["print.leased", *(f"print.{when}" for when in CALLS)],
    "print_event": ["print_event.before_commit", "print_event.after_commit"],
    # A day begins once, so that plan.before_commit, of its first transaction, is not reached here.
    "plan": ["release.before_commit:2", "plan.after_commit:2"] * 2,
}


SLOW = {"print_event", "plan"}
"""Steps that only read again what others have stored; run by `make test-slow`."""


@pytest.mark.parametrize(
    "failpoints",
    [
        pytest.param(failpoints, id=step, marks=[pytest.mark.slow] if step in SLOW else [])
        for step, failpoints in STEPS.items()
    ],
)
async def test_a_killed_service_loses_no_application(
    country: Country, failpoints: list[str]
) -> None:
    undisturbed = await _collects(country)

    kills = asyncio.create_task(KillsAtFailpoints(country, failpoints).run())
    ids = [await _collects(country)]
    while not kills.done():
        ids.append(await _collects(country))
    await kills

    for id in ids:
        await _same_as_if_nothing_had_happened(country, id, undisturbed)


async def test_a_killed_service_keeps_its_examinations(country: Country) -> None:
    country.matcher.enrol("somebody-else", b"whorl")
    id = (await country.applies(b"whorl")).application_id
    task = await country.task_of(id)

    kills = asyncio.create_task(
        KillsAtFailpoints(country, ["change.before_commit", "change.after_commit"] * 4).run()
    )
    await country.examines("budi", task.task_id, tasks.VERDICT_DUPLICATE)
    decided = await country.examines("citra", task.task_id, tasks.VERDICT_DUPLICATE)
    await kills

    assert len(decided.examinations) == 2
    assert (await country.history(id))[-1] == "confirm_duplicate"
    assert [kind for kind, _ in await country.notices(id)] == ["PROMISED_DATE", "REFUSED"]
    await country.until(lambda: _the_outbox_is_empty(country))
    assert country.matcher.status(id) == "FRAUD"


async def test_a_killed_service_keeps_a_refusal_of_the_printer(country: Country) -> None:
    failpoints = ["print.refused.before_commit", "print.refused.after_commit"]
    country.printer.refuses = "CLEARANCE_USED"
    kills = asyncio.create_task(KillsAtFailpoints(country, failpoints).run())
    first = (await country.applies()).application_id
    await country.approves(first)
    await country.reaches(first, "PRINT_FAILED")
    second = (await country.applies()).application_id
    await country.approves(second)
    await country.reaches(second, "PRINT_FAILED")
    await kills

    for id in (first, second):
        assert (await country.history(id)).count("fail_print") == 1
    await country.until(lambda: _the_outbox_is_empty(country))


async def test_a_killed_service_keeps_its_outages(country: Country) -> None:
    failpoints = ["outage.before_commit", "outage.after_commit"]
    kills = asyncio.create_task(KillsAtFailpoints(country, failpoints * 2).run())
    await country.matcher.stop()
    id = (await country.applies()).application_id
    await country.until(lambda: _outages(country, 1))
    country.clock("2018-10-26T09:30+08:00")
    await country.matcher.start()
    await country.reaches(id, "AWAITING_APPROVAL")
    await kills

    (outage,) = await country.outages(open_only=False)
    assert outage.HasField("ended_at")
    assert outage.applications == 1


async def _outages(country: Country, count: int) -> bool:
    return len(await country.outages(open_only=False)) == count


async def _the_outbox_is_empty(country: Country) -> bool:
    return not (await country.status()).outbox
