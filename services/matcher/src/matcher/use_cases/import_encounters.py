"""How is an existing register imported: fast, in order, and nothing twice?"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from servicekit.errors import DomainError, ErrorKind
from servicekit.process.clock import Clock
from servicekit.process.failpoint import failpoint

from matcher.domain.encounter import EncounterStatus
from matcher.domain.enrolment import Enrolment
from matcher.domain.errors import EncounterExists, OffsetNotRising
from matcher.domain.finger import Finger
from matcher.store.store import Records, Store
from matcher.use_cases.extract_fingers import ExtractFingers
from matcher.use_cases.readiness import Readiness, ServiceLevel

_MAX_IN_FLIGHT = 32
"""Most encounters that were read and are not acknowledged yet; then no further one is read."""
_MAX_BATCH = _MAX_IN_FLIGHT // 2
"""Most encounters in one commit; meanwhile the fingers of others are extracted."""
_MAX_EXTRACTING = 8
"""Most encounters whose fingers are extracted at a time: the queue for it serves others too."""
_REFUSALS = frozenset({ErrorKind.INVALID, ErrorKind.ALREADY_EXISTS, ErrorKind.DENIED})
"""Kinds of errors that are the encounter's; any other one ends the import."""


class ImportResult(IntEnum):
    """What became of an encounter; the numbers are those of the contract."""

    IMPORTED = 1
    IMPORTED_BEFORE = 2
    REFUSED = 3


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """An encounter to be imported, or why it cannot be. offset: of the request in the stream."""

    offset: int
    enrolment: Enrolment | DomainError


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What became of one request. refusal: why it is REFUSED; else None."""

    offset: int
    result: ImportResult
    refusal: DomainError | None = None


@dataclass(frozen=True, slots=True, eq=False)
class PreparedEncounter:
    """An encounter that only has to be stored."""

    offset: int
    enrolment: Enrolment
    fingers: tuple[Finger, ...]


InFlight = asyncio.Queue[asyncio.Task[Acknowledgement | PreparedEncounter] | None]
"""What was read, in order; None after the last."""


@dataclass(frozen=True, slots=True)
class ImportEncounters:
    """Stores the encounters of a stream as ACTIVE, without a search for duplicates."""

    store: Store
    extract: ExtractFingers
    readiness: Readiness
    clock: Clock

    async def __call__(
        self, requests: AsyncIterator[ImportRequest]
    ) -> AsyncGenerator[Sequence[Acknowledgement], None]:
        """Yield acknowledgements in the order of the requests, each after its commit.

        Reads only as fast as it stores. Raises NotReady, OffsetNotRising, what ``requests`` and the
        store raise, Overloaded; what is not acknowledged then may be sent again.
        """
        self.readiness.require(ServiceLevel.VERIFY_ONLY)
        in_flight: InFlight = asyncio.Queue()
        free, extracting = asyncio.Semaphore(_MAX_IN_FLIGHT), asyncio.Semaphore(_MAX_EXTRACTING)
        reading = asyncio.create_task(self._read(requests, in_flight, free, extracting))
        try:
            while batch := await _next_batch(in_flight):
                acknowledgements = await self._store(await asyncio.gather(*batch))
                yield acknowledgements
                for _ in acknowledgements:
                    free.release()
            await reading
        finally:
            await _cancel(reading, in_flight)

    async def _read(
        self,
        requests: AsyncIterator[ImportRequest],
        in_flight: InFlight,
        free: asyncio.Semaphore,
        extracting: asyncio.Semaphore,
    ) -> None:
        last = 0
        try:
            async for request in requests:
                if request.offset <= last:
                    raise OffsetNotRising(f"the offset before was {last}", field="offset")
                last = request.offset
                await free.acquire()
                in_flight.put_nowait(asyncio.create_task(self._prepare(request, extracting)))
        finally:
            in_flight.put_nowait(None)

    async def _prepare(
        self, request: ImportRequest, extracting: asyncio.Semaphore
    ) -> Acknowledgement | PreparedEncounter:
        try:
            if isinstance(request.enrolment, DomainError):
                raise request.enrolment
            async with self.store.read() as records:
                imported_before = await records.encounters.is_imported(request.enrolment)
            if imported_before:
                return Acknowledgement(request.offset, ImportResult.IMPORTED_BEFORE)
            async with extracting:
                fingers = await self.extract(request.enrolment.samples, "samples")
        except DomainError as error:
            if error.kind not in _REFUSALS:
                raise
            return Acknowledgement(request.offset, ImportResult.REFUSED, error)
        return PreparedEncounter(request.offset, request.enrolment, fingers)

    async def _store(
        self, batch: Sequence[Acknowledgement | PreparedEncounter]
    ) -> Sequence[Acknowledgement]:
        """Store a batch in one commit."""
        acknowledgements = [each for each in batch if isinstance(each, Acknowledgement)]
        if len(acknowledgements) == len(batch):
            return acknowledgements
        async with self.store.write() as records:
            await records.changes.lock()
            acknowledgements = [
                each if isinstance(each, Acknowledgement) else await self._add(records, each)
                for each in batch
            ]
        failpoint("matcher.import_encounters.after_commit")
        return acknowledgements

    async def _add(self, records: Records, prepared: PreparedEncounter) -> Acknowledgement:
        # Looked for again: an earlier request of the stream, or another caller, may have added it.
        try:
            if await records.encounters.is_imported(prepared.enrolment):
                return Acknowledgement(prepared.offset, ImportResult.IMPORTED_BEFORE)
        except EncounterExists as error:
            return Acknowledgement(prepared.offset, ImportResult.REFUSED, error)
        await records.encounters.add(
            prepared.enrolment, prepared.fingers, EncounterStatus.ACTIVE, self.clock.now()
        )
        return Acknowledgement(prepared.offset, ImportResult.IMPORTED)


async def _next_batch(
    in_flight: InFlight,
) -> list[asyncio.Task[Acknowledgement | PreparedEncounter]]:
    """Return the next encounters in order, at least one unless reading has ended."""
    batch = []
    task = await in_flight.get()
    while task is not None:
        batch.append(task)
        if in_flight.empty() or len(batch) == _MAX_BATCH:
            return batch
        task = in_flight.get_nowait()
    in_flight.put_nowait(None)  # for the next call
    return batch


async def _cancel(reading: asyncio.Task[None], in_flight: InFlight) -> None:
    """End the reading and what is being prepared."""
    unfinished: list[asyncio.Task[Any]] = [reading]
    while not in_flight.empty():
        if (task := in_flight.get_nowait()) is not None:
            unfinished.append(task)
    for each in unfinished:
        each.cancel()
    await asyncio.gather(*unfinished, return_exceptions=True)
