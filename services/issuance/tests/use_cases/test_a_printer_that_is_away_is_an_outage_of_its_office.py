"""The health of an office's printer opens and ends an outage of printing there, and only there."""

from datetime import UTC, datetime, timedelta

import pytest
from issuance.bootstrap.shared_parts import new_id
from issuance.domain.circuit_breaker import CircuitBreaker
from issuance.domain.outage import Outage, OutageScope
from issuance.domain.outage_detection import OutageDetector
from issuance.store.records import Store
from issuance.use_cases.outage_lifecycle import OutageLifecycle
from issuance.workers.health_watcher import HealthWatcher, printer_health
from servicekit.storage.database import Database

from services.captured_logs import captured_logs

from .offices import an_office
from .patient import PATIENT

BEGAN = datetime(2018, 10, 26, 2, tzinfo=UTC)


class Printers:
    """Two printers, watched; each sample takes a second of business time and of real time."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.healthy = {"BJM": True, "JKT": True}
        self._now = BEGAN
        self.lifecycle = OutageLifecycle({id: an_office(id) for id in self.healthy}, new_id)
        self._watcher = HealthWatcher(
            OutageScope.PRINTING,
            printer_health(lambda: {"BJM": self._check_bjm, "JKT": self._check_jkt}, store),
            OutageDetector(timedelta(seconds=3), timedelta(seconds=2)),
            self.lifecycle,
            store,
            self,
            self.now,
        )

    def now(self) -> datetime:
        return self._now

    async def _check_bjm(self) -> bool:
        return self.healthy["BJM"]

    async def _check_jkt(self) -> bool:
        return self.healthy["JKT"]

    async def sample(self, seconds: int) -> None:
        """Let the watcher take a sample each second."""
        for _ in range(seconds):
            self._now += timedelta(seconds=1)
            await self._watcher()

    async def outages(self, office: str = "BJM") -> list[Outage]:
        """Return the outages of printing at an office."""
        async with self.store.read() as records:
            return list(await records.outages.of_scope(OutageScope.PRINTING, office))


@pytest.fixture
def printers(database: Database) -> Printers:
    """Two healthy printers."""
    return Printers(Store(database, "one", PATIENT))


async def test_the_log_says_when_it_begins_and_ends(printers: Printers) -> None:
    with captured_logs() as logged:
        printers.healthy["BJM"] = False
        await printers.sample(4)
        printers.healthy["BJM"] = True
        await printers.sample(3)

    opened, ended = [line for line in logged if line["event"].startswith("outage_")]
    assert (opened["event"], ended["event"]) == ("outage_opened", "outage_ended")
    assert opened["outage"] == ended["outage"]
    assert (ended["scope"], ended["office"]) == ("printing", "BJM")
    assert (opened["ended"], ended["ended"]) == (None, "2018-10-26T02:00:05+00:00")


async def test_it_lasts_while_the_printer_is_away(printers: Printers) -> None:
    await printers.sample(1)
    printers.healthy["BJM"] = False
    await printers.sample(4)

    (outage,) = await printers.outages()
    assert (outage.office, outage.automatic, outage.ended) == ("BJM", True, None)
    assert outage.began == BEGAN + timedelta(seconds=2)
    assert outage.cause == "the printer of the office does not answer"

    printers.healthy["BJM"] = True
    await printers.sample(3)

    (outage,) = await printers.outages()
    assert outage.ended == BEGAN + timedelta(seconds=6)
    assert await printers.outages("JKT") == []


async def test_a_few_bad_samples_are_none(printers: Printers) -> None:
    for healthy in (False, True, False, True):
        printers.healthy["BJM"] = healthy
        await printers.sample(3)

    assert await printers.outages() == []


async def test_both_printers_may_be_away(printers: Printers) -> None:
    printers.healthy |= {"BJM": False, "JKT": False}
    await printers.sample(4)
    printers.healthy["JKT"] = True
    await printers.sample(3)

    assert [outage.is_ongoing for outage in await printers.outages("BJM")] == [True]
    assert [outage.is_ongoing for outage in await printers.outages("JKT")] == [False]


async def test_a_printer_that_answers_no_call_is_away_however_healthy_it_says_it_is(
    printers: Printers,
) -> None:
    async with printers.store.begin() as records:
        await records.printer_circuits.add("BJM")
        await records.printer_circuits.save("BJM", CircuitBreaker(3, probe_at=BEGAN))

    await printers.sample(4)

    (outage,) = await printers.outages()
    assert outage.is_ongoing


async def test_none_is_opened_where_the_whole_office_is_out(printers: Printers) -> None:
    flood = Outage(OutageScope.OFFICE, "BJM", "flood", BEGAN, declared_by="ani")
    async with printers.store.begin() as records:
        await printers.lifecycle.declare(records, flood, BEGAN)
    printers.healthy["BJM"] = False

    await printers.sample(5)

    assert await printers.outages() == []
