"""Give the next job to a machine: machine and book are recorded before anything is sent."""

from collections.abc import Callable
from dataclasses import replace

from servicekit.process.clock import Clock

from printer.domain.book import BookState
from printer.domain.job import Attempt, Event, Job
from printer.domain.machine import Machine, Sighting
from printer.domain.schedule import takers
from printer.use_cases.advance import advance
from printer.use_cases.floor import Floor
from printer.use_cases.records import Note, Records, Store

SERVICE = "service:printer"
# Jobs a machine that are dealt out in advance; more would not change who takes the next one.
_LOOK_AHEAD = 4


class Assign:
    """Chooses by least finishing time over the machines that can work.

    new_id: makes ids of attempts, unique for ever, as machines know jobs by them.
    """

    def __init__(self, store: Store, floor: Floor, clock: Clock, new_id: Callable[[], str]) -> None:
        self._store = store
        self._floor = floor
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, machine: Machine, sighting: Sighting) -> Job | None:
        """The job that this machine shall print now, with its intent on the disk; or None."""
        async with self._store.read() as records:
            if await self._choose(records, machine.machine_id) is None:
                return None
        async with self._store.begin() as records:
            machine = await records.machines.get(machine.machine_id)
            job = await self._choose(records, machine.machine_id)
            serial = await records.books.next_blank(machine.machine_id)
            if machine.paused or job is None or serial is None:
                return None
            return await self._record(records, job, machine, serial, sighting)

    async def _choose(self, records: Records, machine_id: str) -> Job | None:
        """The job dealt to this machine, if it is one that can begin now."""
        loaded = await records.books.count_by_machine(BookState.LOADED)
        machines = [
            machine.machine_id
            for machine in await records.machines.all()
            if not machine.paused and loaded.get(machine.machine_id)
        ]
        queue = await records.jobs.queued(limit=_LOOK_AHEAD * len(machines))
        dealt = takers(len(queue), self._floor.capacities(machines))
        return queue[dealt.index(machine_id)] if machine_id in dealt else None

    async def _record(
        self, records: Records, job: Job, machine: Machine, serial: str, sighting: Sighting
    ) -> Job:
        now = self._clock.now()
        attempt = Attempt(
            attempt_id=self._new_id(),
            machine_id=machine.machine_id,
            book_serial=serial,
            assigned_at=now,
            printer_uuid=sighting.printer_uuid,
            up_time=sighting.up_time,
            asked_at=sighting.asked_at,
        )
        tried = replace(job, attempts=(*job.attempts, attempt))
        return await advance(records, tried, Event.ASSIGN, Note(SERVICE, now))
