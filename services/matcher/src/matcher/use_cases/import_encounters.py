"""How is an existing register imported: fast, in order, and nothing twice?"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, TypeVar

from servicekit.errors import DomainError, ErrorKind
from servicekit.process.clock import Clock
from servicekit.process.failpoint import failpoint

from matcher.domain.encounter import EncounterStatus
from matcher.domain.enrolment import Enrolment
from matcher.domain.errors import EncounterExists, OffsetNotRising
from matcher.domain.finger import Finger
from matcher.store.encounter_records import encounter_exists
from matcher.store.encounter_rows import NewEncounter
from matcher.store.store import Records, Store
from matcher.use_cases.extract_fingers import ExtractFingers
from matcher.use_cases.readiness import Readiness, ServiceLevel
from matcher.use_cases.store_together import StoreTogether

T = TypeVar("T")

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


Arrived = asyncio.Queue[ImportRequest | None]
"""What was read, in order; None after the last."""
Preparing = asyncio.Task[Acknowledgement | PreparedEncounter]
InFlight = asyncio.Queue[Preparing | None]
"""What is being extracted, in order; None after the last."""
Digests = dict[str, bytes | None]
"""Ids ever used, with the digest of the request that added the encounter; None if it is deleted."""


@dataclass(frozen=True, slots=True)
class ImportEncounters:
    """Stores the encounters of a stream as ACTIVE, without a search for duplicates."""

    store: Store
    store_together: StoreTogether
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
        arrived: Arrived = asyncio.Queue()
        in_flight: InFlight = asyncio.Queue()
        free = asyncio.Semaphore(_MAX_IN_FLIGHT)
        reading = asyncio.create_task(_read(requests, arrived, free))
        preparing = asyncio.create_task(self._prepare_all(arrived, in_flight))
        batch: Sequence[Preparing] = ()
        try:
            while batch := await _next_batch(in_flight):
                acknowledgements = await self._store_all(await asyncio.gather(*batch))
                yield acknowledgements
                for _ in acknowledgements:
                    free.release()
            await preparing
            await reading
        finally:
            await _end([reading, preparing])  # before what they would begin
            await _end([*batch, *_emptied(in_flight)])

    async def _prepare_all(self, arrived: Arrived, in_flight: InFlight) -> None:
        """Begin to prepare the encounters, those that were imported before excepted."""
        extracting = asyncio.Semaphore(_MAX_EXTRACTING)
        try:
            while batch := await _next_batch(arrived):
                async with self.store.read_once() as records:
                    used = await _used(records, batch)
                for request in batch:
                    prepare = self._prepare(request, used, extracting)
                    in_flight.put_nowait(asyncio.create_task(prepare))
        finally:
            in_flight.put_nowait(None)

    async def _prepare(
        self, request: ImportRequest, used: Digests, extracting: asyncio.Semaphore
    ) -> Acknowledgement | PreparedEncounter:
        try:
            if isinstance(request.enrolment, DomainError):
                raise request.enrolment
            if answer := _answer_known(request.offset, request.enrolment, used):
                return answer
            async with extracting:
                fingers = await self.extract(request.enrolment.samples, "samples")
        except DomainError as error:
            if error.kind not in _REFUSALS:
                raise
            return Acknowledgement(request.offset, ImportResult.REFUSED, error)
        return PreparedEncounter(request.offset, request.enrolment, fingers)

    async def _store_all(
        self, batch: Sequence[Acknowledgement | PreparedEncounter]
    ) -> Sequence[Acknowledgement]:
        """Store a batch, which shares a commit."""
        storing = [asyncio.create_task(self._store(each)) for each in batch]
        try:
            answers = await asyncio.gather(*storing)
        finally:
            await _end(storing)  # of which one may have failed
        failpoint("matcher.import_encounters.after_commit")
        return answers

    async def _store(self, prepared: Acknowledgement | PreparedEncounter) -> Acknowledgement:
        if isinstance(prepared, Acknowledgement):
            return prepared
        new = NewEncounter(
            prepared.enrolment, prepared.fingers, EncounterStatus.ACTIVE, self.clock.now()
        )
        try:
            await self.store_together(new)
        except EncounterExists:
            # Another caller, or an earlier request, has added it since it was looked for.
            async with self.store.read_once() as records:
                used = await records.encounters.request_digests([new.encounter_id])
            if answer := _answer_known(prepared.offset, prepared.enrolment, used):
                return answer
            raise
        return Acknowledgement(prepared.offset, ImportResult.IMPORTED)


async def _read(
    requests: AsyncIterator[ImportRequest], arrived: Arrived, free: asyncio.Semaphore
) -> None:
    last = 0
    try:
        async for request in requests:
            if request.offset <= last:
                raise OffsetNotRising(f"the offset before was {last}", field="offset")
            last = request.offset
            await free.acquire()
            arrived.put_nowait(request)
    finally:
        arrived.put_nowait(None)


async def _used(records: Records, batch: Sequence[ImportRequest]) -> Digests:
    """Return what is known of the ids of encounters that are to be stored."""
    encounter_ids = {
        each.enrolment.encounter_id for each in batch if isinstance(each.enrolment, Enrolment)
    }
    return await records.encounters.request_digests(encounter_ids)


def _answer_known(offset: int, enrolment: Enrolment, used: Digests) -> Acknowledgement | None:
    """Return the answer to a request whose encounter id was used, None for a new one."""
    if enrolment.encounter_id not in used:
        return None
    if used[enrolment.encounter_id] == enrolment.request_digest:
        return Acknowledgement(offset, ImportResult.IMPORTED_BEFORE)
    return Acknowledgement(offset, ImportResult.REFUSED, encounter_exists())


async def _next_batch(queue: asyncio.Queue[T | None]) -> list[T]:
    """Return the next of a queue in order, at least one unless it has come to its end."""
    batch = list[T]()
    each = await queue.get()
    while each is not None:
        batch.append(each)
        if queue.empty() or len(batch) == _MAX_BATCH:
            return batch
        each = queue.get_nowait()
    queue.put_nowait(None)  # for the next call
    return batch


async def _end(tasks: Sequence[asyncio.Task[Any]]) -> None:
    for each in tasks:
        each.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _emptied(queue: asyncio.Queue[T | None]) -> Iterator[T]:
    while not queue.empty():
        if (each := queue.get_nowait()) is not None:
            yield each
