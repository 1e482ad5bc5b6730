"""Tend one machine: give it work, follow what it has, find out what became of it.

Every step may be the last one before a crash; what the database says then must be true enough that
the next start can ask the machine and never prints on a guess.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from servicekit.process.clock import Clock
from servicekit.process.failpoint import failpoint

from printer.domain.job import Event, Job, JobState
from printer.domain.machine import (
    Machine,
    MachineAbsent,
    MachineJob,
    MachineRefused,
    MachineSilent,
    Order,
    Sighting,
)
from printer.domain.reconcile import Judgement, Verdict, judge_absent, judge_found
from printer.use_cases.advance import advance
from printer.use_cases.assign import SERVICE, Assign
from printer.use_cases.bell import Bell
from printer.use_cases.floor import Floor
from printer.use_cases.records import Note, Store


class Link(Protocol):
    """The way to one machine.

    Methods raise MachineSilent when nobody knows whether the machine did what was asked (its
    subclass MachineAbsent: nothing reached it), MachineRefused when it certainly did not.
    """

    async def look(self) -> Sighting:
        """What the machine tells of itself."""
        ...

    async def find(self, name: str, number: int | None = None) -> MachineJob | None:
        """Its job of this name, finished ones included; number: where it is thought to be."""
        ...

    async def not_begun(self) -> list[MachineJob]:
        """Its jobs that wait, for their document or for their turn."""
        ...

    async def create(self, order: Order) -> int:
        """Open a job; answers its number."""
        ...

    async def send(self, number: int, order: Order) -> None:
        """Give an open job its document, whole."""
        ...

    async def cancel(self, number: int) -> None:
        """Cancel a job."""
        ...


class Tend:
    """One step for one machine at a time; steps of different machines may overlap.

    lose_after: seconds of silence after which the outcome of a job counts as unknown.
    """

    def __init__(
        self,
        *,
        store: Store,
        links: Callable[[str], Link],
        assign: Assign,
        floor: Floor,
        clock: Clock,
        bell: Bell,
        lose_after: float,
    ) -> None:
        self._store = store
        self._links = links
        self._assign = assign
        self._floor = floor
        self._clock = clock
        self._bell = bell
        self._lose_after = lose_after
        self._numbers: dict[str, int] = {}

    async def __call__(self, machine_id: str) -> bool:
        """Do what is next for the machine; answers whether there is more to do soon."""
        if self._floor.rests(machine_id):
            return True
        async with self._store.read() as records:
            machine = await records.machines.get(machine_id)
            job = await records.jobs.at_machine(machine_id)
        link = self._links(machine.uri)
        try:
            if job is None:
                return await self._offer(link, machine)
            await self._settle(link, job)
        except MachineSilent as error:
            await self._bear_silence(machine_id, str(error))
        except MachineRefused:
            self._floor.rest(machine_id)
        return True

    async def _offer(self, link: Link, machine: Machine) -> bool:
        sighting = await link.look()
        self._floor.heard(machine.machine_id, sighting)
        if not sighting.idle:
            await self._clear(link)
            return True
        itself = sighting.printer_uuid == machine.printer_uuid
        if machine.paused or not itself or not self._floor.ready(machine.machine_id):
            return False
        job = await self._assign(machine, sighting)
        if job is None:
            return False
        self._bell.ring()
        await self._begin(link, job)
        return True

    async def _begin(self, link: Link, job: Job) -> None:
        failpoint("printer.assigned")
        self._floor.began(job.attempt.machine_id)
        try:
            await self._deliver(link, job)
        except MachineAbsent as error:
            await self._release(job, str(error))
        except _NotOpened as error:
            await self._release(job, str(error))
            await self._clear(link)

    async def _clear(self, link: Link) -> None:
        """Cancel what waits at a machine that has no job of ours.

        Jobs opened by a process that died before it sent their document block the machine. Jobs
        given up as lost, which would print into a book that a person has put back, must not.
        """
        for orphan in await link.not_begun():
            await link.cancel(orphan.number)

    async def _release(self, job: Job, reason: str) -> None:
        await self._advance(job, Event.RELEASE, reason=reason)
        self._floor.rest(job.attempt.machine_id)

    async def _deliver(self, link: Link, job: Job) -> None:
        async with self._store.read() as records:
            page = await records.jobs.page(job.job_id)
        attempt = job.attempt
        order = Order(attempt.attempt_id, attempt.book_serial, page, job.page_sha256)
        try:
            number = await link.create(order)
        except MachineRefused as error:
            raise _NotOpened(str(error)) from error
        self._numbers[attempt.machine_id] = number
        failpoint("printer.created")
        await link.send(number, order)
        failpoint("printer.delivered")
        delivered = replace(attempt, delivered=True)
        job = replace(job, attempts=(*job.attempts[:-1], delivered))
        await self._advance(job, Event.SEND)
        failpoint("printer.sent")

    async def _settle(self, link: Link, job: Job) -> None:
        machine_id = job.attempt.machine_id
        found = await link.find(job.attempt.attempt_id, self._numbers.get(machine_id))
        if found is not None:
            judgement = judge_found(job.attempt, job.page_sha256.hex(), found)
        else:
            # Seen after the search: a restart between both must not pass for a long life.
            sighting = await link.look()
            self._floor.heard(machine_id, sighting)
            judgement = judge_absent(job.attempt, job.state is JobState.SENT, sighting)
        await self._follow(link, job, found, judgement)

    async def _follow(
        self, link: Link, job: Job, found: MachineJob | None, judgement: Judgement
    ) -> None:
        machine_id = job.attempt.machine_id
        match judgement.verdict:
            case Verdict.SEND:
                await self._begin(link, job)
            case Verdict.FOLLOW:
                self._floor.heard(machine_id, await link.look())
                if job.state is JobState.ASSIGNED:
                    await self._advance(job, Event.SEND)
            case Verdict.CLEAR if found is not None:
                await link.cancel(found.number)
            case Verdict.PRINTED:
                await self._printed(job)
            case Verdict.NOT_PRINTED:
                await self._release(job, judgement.reason)
            case Verdict.UNKNOWN:
                await self._advance(job, Event.LOSE, reason=judgement.reason)

    async def _printed(self, job: Job) -> None:
        failpoint("printer.completed")
        seen = [Event.SEND] if job.state is JobState.ASSIGNED else []
        self._floor.finished(job.attempt.machine_id)
        await self._advance(job, *seen, Event.PRINT, Event.PRESENT)
        failpoint("printer.printed")

    async def _bear_silence(self, machine_id: str, error: str) -> None:
        silent = self._floor.silent(machine_id)
        if silent < self._lose_after:
            return
        async with self._store.read() as records:
            job = await records.jobs.at_machine(machine_id)
        if job is not None:
            await self._advance(job, Event.LOSE, reason=f"the machine is silent: {error}")

    async def _advance(self, job: Job, *events: Event, reason: str = "") -> None:
        async with self._store.begin() as records:
            for event in events:
                job = await advance(records, job, event, Note(SERVICE, self._clock.now(), reason))
        if job.state is not JobState.SENT:
            self._floor.freed(job.attempt.machine_id)
        self._bell.ring()


class _NotOpened(Exception):
    """The machine certainly opened no job."""
