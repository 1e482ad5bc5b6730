"""An import holds a limited number of encounters, however many the caller would send."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from matcher.bootstrap import StoreAndIndex
from matcher.domain.enrolment import Enrolment
from matcher.domain.finger import Finger, FingerSample
from matcher.domain.request import RequestOrigin
from matcher.store.encounter_rows import NewEncounter
from matcher.use_cases import import_encounters
from matcher.use_cases.import_encounters import (
    Acknowledgement,
    ImportEncounters,
    ImportRequest,
    PreparedEncounter,
)
from matcher.use_cases.readiness import Readiness, ServiceLevel
from matcher.use_cases.store_together import StoreTogether
from servicekit.errors import DatabaseUnavailable, Overloaded
from servicekit.process.clock import SystemClock

from .store_and_index import finger, opened


class Extraction:
    """Gives everybody the same finger, once it may. fails_at: its call of this number fails."""

    def __init__(self, fails_at: int = 0) -> None:
        self.may_go_on = asyncio.Event()
        self.has_begun_8 = asyncio.Event()
        self.most_at_a_time = 0
        self._calls = self._running = 0
        self._fails_at = fails_at

    async def __call__(self, samples: Sequence[FingerSample], field: str) -> tuple[Finger, ...]:
        self._calls += 1
        if self._calls == self._fails_at:
            raise Overloaded("too much to do")
        self._running += 1
        self.most_at_a_time = max(self.most_at_a_time, self._running)
        if self._running == 8:
            self.has_begun_8.set()
        await self.may_go_on.wait()
        self._running -= 1
        return (finger(1),)


class Register:
    """Counts how many of its encounters were read."""

    def __init__(self, size: int) -> None:
        self.read = 0
        self.has_read_33 = asyncio.Event()
        self._size = size

    async def requests(self) -> AsyncIterator[ImportRequest]:
        for n in range(1, self._size + 1):
            self.read = n
            if n == 33:
                self.has_read_33.set()
            origin = RequestOrigin("registry", f"request-{n}")
            yield ImportRequest(n, Enrolment(f"e{n}", f"p{n}", "BJM", (), None, origin, bytes([n])))


async def importing(base: StoreAndIndex, extract: Any) -> ImportEncounters:
    readiness = Readiness()
    await readiness.set_level(ServiceLevel.FULL, "")
    return ImportEncounters(
        base.store, StoreTogether(base.store), extract, readiness, SystemClock()
    )


async def _collect(
    batches: AsyncIterator[Sequence[Acknowledgement]], found: list[Acknowledgement]
) -> None:
    async for batch in batches:
        found.extend(batch)


async def test_no_more_is_read_than_is_in_flight(tmp_path: Path) -> None:
    async with opened(tmp_path) as base:
        register, extraction = Register(100), Extraction()
        batches = (await importing(base, extraction))(register.requests())
        first = asyncio.ensure_future(anext(batches))
        await asyncio.wait_for(register.has_read_33.wait(), 10)
        await asyncio.wait_for(extraction.has_begun_8.wait(), 10)
        for _ in range(1000):
            await asyncio.sleep(0)
        read_while_waiting = register.read

        extraction.may_go_on.set()
        acknowledged = [*await first, *[each async for batch in batches for each in batch]]

    assert read_while_waiting == 33
    assert extraction.most_at_a_time == 8
    assert [each.offset for each in acknowledged] == list(range(1, 101))


async def test_what_was_acknowledged_before_a_failure_is_stored(tmp_path: Path) -> None:
    async with opened(tmp_path) as base:
        extraction = Extraction(fails_at=40)
        extraction.may_go_on.set()
        acknowledged: list[Acknowledgement] = []
        batches = (await importing(base, extraction))(Register(100).requests())
        with pytest.raises(Overloaded):
            await _collect(batches, acknowledged)
        async with base.store.read() as records:
            stored = (await records.changes.head()).number

    assert stored == len(acknowledged)
    assert 16 <= stored < 40


async def test_nothing_is_extracted_any_more_after_a_failure(tmp_path: Path) -> None:
    async with opened(tmp_path) as base:
        with pytest.raises(Overloaded):
            await _collect(
                (await importing(base, Extraction(fails_at=3)))(Register(100).requests()), []
            )

        assert not [*filter(_is_of_import, asyncio.all_tasks())]


async def test_nobody_else_is_stored_any_more_after_a_failure(tmp_path: Path) -> None:
    cancelled = list[str]()

    async def store_together(new: NewEncounter) -> None:
        if new.encounter_id == "e2":
            raise DatabaseUnavailable("the database does not answer")
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.append(new.encounter_id)

    async with opened(tmp_path) as base:
        storing: Any = store_together
        imported = replace(await importing(base, Extraction()), store_together=storing)
        requests = [request async for request in Register(3).requests()]
        with pytest.raises(DatabaseUnavailable):
            await imported._store_all(
                [
                    PreparedEncounter(each.offset, each.enrolment, (finger(1),))
                    for each in requests
                    if isinstance(each.enrolment, Enrolment)
                ]
            )

        assert cancelled == ["e1", "e3"]


def _is_of_import(task: asyncio.Task[Any]) -> bool:
    """Return whether the import began a task; the database may still give a connection back."""
    coroutine: Any = task.get_coro()
    return str(coroutine.cr_code.co_filename) == import_encounters.__file__
