"""Each office has slots of its own at its printer, and a circuit breaker that replicas share."""

from datetime import timedelta

import pytest
from issuance.domain.circuit_breaker import CircuitPolicy
from issuance.domain.outage import OutageScope
from issuance.domain.outbox import OutboxTask
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.metrics import read_metrics
from issuance.store.records import Store
from issuance.use_cases.lease_tasks import LeaseTasks
from issuance.use_cases.office_slots import PrinterSlots
from issuance.use_cases.ports import Unavailable, Unreachable
from issuance.use_cases.track_printer_calls import TrackPrinterCalls
from servicekit.storage.database import Database

from .patient import PATIENT
from .workflow import Workflow

PRINT = OutboxTaskKind.PRINT
MINUTE = timedelta(minutes=1)
PROBE = timedelta(seconds=10)


class PrintRooms:
    """Books to be printed at BJM and JKT, two slots each; real time is the workflow's."""

    def __init__(self, workflow: Workflow) -> None:
        self.workflow = workflow
        self.answer: Exception | None = None
        policy = CircuitPolicy(opens_after=3, probe_pause=PROBE)
        self._call = TrackPrinterCalls(self._attempt, workflow.store, policy, workflow.now)

    async def releases(self, office: str, books: int) -> None:
        """People apply, are approved, and their books are released to the printer."""
        ids = [await self.workflow.applies(office=office) for _ in range(books)]
        await self.workflow.is_identified()
        for id in ids:
            await self.workflow.approves(id)
        await self.workflow.plans(office=office)

    async def leases(self, limit: int = 9, store: Store | None = None) -> list[OutboxTask]:
        """Lease books to be submitted, for a minute."""
        lease_tasks = LeaseTasks(PRINT, PrinterSlots(2), MINUTE)
        async with (store or self.workflow.store).begin() as records:
            return await lease_tasks(records, limit, self.workflow.now_is)

    async def offices(self, limit: int = 9, store: Store | None = None) -> list[str]:
        """Lease books; the offices that they are for."""
        return sorted(task.office for task in await self.leases(limit, store))

    async def calls(self, task: OutboxTask) -> None:
        """Submit a book; the printer answers as `answer` says. It is postponed by an hour."""
        try:
            await self._call(task)
        except Unavailable:
            now = self.workflow.now_is
            async with self.workflow.store.begin() as records:
                is_out = await PrinterSlots(2).is_out(records, task.office, now)
                await records.outbox.postpone(task, now + 60 * MINUTE, "", counts=not is_out)

    async def _attempt(self, task: OutboxTask) -> None:
        if self.answer:
            raise self.answer

    async def does_not_answer(self, times: int = 3) -> None:
        """The printer of BJM does not answer so many calls in a row."""
        self.answer = Unreachable("timeout")
        for _ in range(times):
            ours = [task for task in await self.leases() if task.office == "BJM"]
            await self.calls(ours[0])
            async with self.workflow.store.begin() as records:
                await records.outbox.abandon_leases()

    def seconds_pass(self, seconds: float) -> None:
        """Time passes."""
        self.workflow.now_is += timedelta(seconds=seconds)


@pytest.fixture
def rooms(workflow: Workflow) -> PrintRooms:
    """Two offices whose printers answer."""
    return PrintRooms(workflow)


async def test_an_office_uses_its_own_slots_only(rooms: PrintRooms) -> None:
    await rooms.releases("BJM", 4)
    await rooms.releases("JKT", 4)

    assert await rooms.offices() == ["BJM", "BJM", "JKT", "JKT"]
    assert await rooms.offices() == []


async def test_a_smaller_total_is_shared_in_turns(rooms: PrintRooms) -> None:
    await rooms.releases("BJM", 4)
    await rooms.releases("JKT", 1)

    assert await rooms.offices(limit=2) == ["BJM", "JKT"]


async def test_two_replicas_have_the_slots_of_an_office_together(
    rooms: PrintRooms, database: Database
) -> None:
    await rooms.releases("BJM", 4)

    assert await rooms.offices(limit=1, store=Store(database, "one", PATIENT)) == ["BJM"]
    assert await rooms.offices(store=Store(database, "two", PATIENT)) == ["BJM"]
    assert await rooms.offices(store=Store(database, "one", PATIENT)) == []


async def test_after_three_calls_without_an_answer_nothing_is_sent_there(
    rooms: PrintRooms,
) -> None:
    await rooms.releases("BJM", 5)
    await rooms.releases("JKT", 1)

    await rooms.does_not_answer()

    assert await rooms.offices() == ["JKT"]


async def test_a_refusal_is_an_answer(rooms: PrintRooms) -> None:
    await rooms.releases("BJM", 4)
    await rooms.does_not_answer(2)
    (task, _) = await rooms.leases()
    rooms.answer = Unavailable("CLEARANCE_UNKNOWN_KEY")

    await rooms.calls(task)
    async with rooms.workflow.store.read() as records:
        circuit = await records.printer_circuits.get("BJM")

    assert circuit.failures == 0


async def test_one_call_finds_out_whether_it_answers_again(rooms: PrintRooms) -> None:
    await rooms.releases("BJM", 6)
    await rooms.does_not_answer()

    rooms.seconds_pass(10)
    (probe,) = await rooms.leases()
    assert await rooms.leases() == []
    await rooms.calls(probe)
    assert await rooms.leases() == []

    rooms.seconds_pass(10)
    (probe,) = await rooms.leases()
    rooms.answer = None
    await rooms.calls(probe)
    assert await rooms.offices() == ["BJM"]


async def test_what_was_postponed_is_sent_as_soon_as_it_answers(rooms: PrintRooms) -> None:
    await rooms.releases("BJM", 4)
    await rooms.does_not_answer()
    rooms.seconds_pass(10)
    (probe,) = await rooms.leases()
    rooms.answer = None

    await rooms.calls(probe)
    async with rooms.workflow.store.begin() as records:
        await records.outbox.complete(probe)

    assert await rooms.offices() == ["BJM", "BJM"]


async def test_attempts_are_not_counted_while_the_circuit_is_open(rooms: PrintRooms) -> None:
    await rooms.releases("BJM", 6)
    await rooms.does_not_answer()
    rooms.seconds_pass(10)
    (probe,) = await rooms.leases()

    await rooms.calls(probe)

    backlogs = {backlog.kind: backlog for backlog, _ in (await rooms.workflow.status()).outbox}
    assert backlogs[PRINT].failing == 2


async def test_the_status_and_the_metrics_show_the_circuit(rooms: PrintRooms) -> None:
    await rooms.releases("BJM", 4)
    await rooms.does_not_answer()
    workflow = rooms.workflow

    status = (await workflow.status()).printers
    metrics = await read_metrics(workflow.store, workflow.offices, workflow, workflow.now)

    assert [(it.office, it.circuit.name, it.unanswered_calls, it.queue.tasks) for it in status] == [
        ("BJM", "OPEN", 3, 4),
        ("JKT", "CLOSED", 0, 0),
    ]
    (circuits,) = [metric for metric in metrics if metric.name == "issuance_printer_circuit"]
    assert [sample.labels for sample in circuits.samples if sample.value] == [
        {"office": "BJM", "state": "OPEN"},
        {"office": "JKT", "state": "CLOSED"},
    ]


async def test_the_probe_is_made_in_an_automatic_outage_and_in_no_declared_one(
    rooms: PrintRooms,
) -> None:
    workflow = rooms.workflow
    await rooms.releases("BJM", 6)
    await rooms.does_not_answer()
    async with workflow.store.begin() as records:
        await workflow.outages.open_automatic(
            records, OutageScope.PRINTING, "BJM", workflow.now_is, workflow.now_is
        )

    assert await rooms.offices() == []
    rooms.seconds_pass(10)
    assert await rooms.offices() == ["BJM"]

    await workflow.declares(OutageScope.OFFICE, "BJM")
    rooms.seconds_pass(100)
    assert await rooms.offices() == []


async def test_a_healthy_circuit_sends_nothing_in_an_automatic_outage(rooms: PrintRooms) -> None:
    workflow = rooms.workflow
    await rooms.releases("BJM", 2)
    async with workflow.store.begin() as records:
        await workflow.outages.open_automatic(
            records, OutageScope.PRINTING, "BJM", workflow.now_is, workflow.now_is
        )

    assert await rooms.offices() == []


async def test_what_was_postponed_is_sent_as_soon_as_the_outage_ends(rooms: PrintRooms) -> None:
    workflow = rooms.workflow
    await rooms.releases("BJM", 1)
    await rooms.does_not_answer(1)
    outage = await workflow.declares(OutageScope.PRINTING, "BJM")

    await workflow.ends(outage)

    assert await rooms.offices() == ["BJM"]
