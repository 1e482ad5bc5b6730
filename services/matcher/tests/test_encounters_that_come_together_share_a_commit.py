"""Encounters that come while others are committed share the next commit, and nothing else."""

import asyncio
import gc
import weakref
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from matcher.bootstrap import StoreAndIndex
from matcher.domain.encounter import Encounter, EncounterStatus
from matcher.domain.enrolment import Enrolment
from matcher.domain.errors import EncounterExists
from matcher.domain.finger import FingerSample, MissingFinger
from matcher.domain.office_scope import ALL_OFFICES
from matcher.domain.request import RequestOrigin
from matcher.store.encounter_rows import NewEncounter
from matcher.store.store import Records
from matcher.use_cases.store_together import StoreTogether
from servicekit.errors import DatabaseUnavailable, RequestIdReused, StorageFull

from .store_and_index import NOW, finger, opened

AMPUTATED = 1
LITTLE_FINGER = 5


@pytest.fixture
async def base(tmp_path: Path) -> AsyncIterator[StoreAndIndex]:
    async with opened(tmp_path) as base:
        yield base


def new(name: str, request: str = "") -> NewEncounter:
    origin = RequestOrigin("registry", request or f"request of {name}")
    missing = FingerSample(LITTLE_FINGER, 0, MissingFinger(AMPUTATED))
    enrolment = Enrolment(
        name, f"person of {name}", "BJM", (missing,), None, origin, b"digest", ("a", "b")
    )
    return NewEncounter(enrolment, [finger(1)], EncounterStatus.ACTIVE, NOW)


class HeldCommit:
    """Stores nothing more, and holds the commit up. begun: when it does so; go_on: until this."""

    def __init__(self) -> None:
        self.begun, self.go_on = asyncio.Event(), asyncio.Event()

    async def __call__(self, _records: Records, _encounter: Encounter) -> None:
        self.begun.set()
        await self.go_on.wait()


async def test_what_is_answered_is_what_is_stored(base: StoreAndIndex) -> None:
    answered = await StoreTogether(base.store)(new("one"))

    async with base.store.read() as records:
        assert answered == await records.encounters.get("one", ALL_OFFICES)


async def test_those_who_come_meanwhile_share_the_next(base: StoreAndIndex) -> None:
    commits = await _together(base, [new(f"{name}") for name in range(6)])

    stored = [each for each in commits if isinstance(each, tuple)]
    assert [encounter.encounter_id for encounter, _ in stored] == [*"012345"]
    assert [encounter.added_by_change for encounter, _ in stored] == [1, 2, 3, 4, 5, 6]
    first, *others = (transaction for _, transaction in stored)
    assert first not in others
    assert len(set(others)) == 1


async def test_numbers_and_hashes_follow_each_other(base: StoreAndIndex) -> None:
    await _together(base, [new(f"{name}") for name in range(6)])

    async with base.store.read() as records:
        state = await records.changes.state()
        assert state.change_token.number == 6
        assert await records.changes.find_break() == ""
        assert state.sums == await records.contents.sums()


async def test_one_that_is_refused_keeps_nobody_else_out(base: StoreAndIndex) -> None:
    commits = await _together(
        base, [new("0"), new("1"), new("1"), new("2", request="request of 0"), new("3")]
    )

    assert [type(each) for each in commits] == [
        tuple,
        tuple,
        EncounterExists,
        RequestIdReused,
        tuple,
    ]
    async with base.store.read() as records:
        assert (await records.changes.head()).number == 3
        assert await records.changes.find_break() == ""


async def test_one_whose_caller_has_gone_is_left_out(base: StoreAndIndex) -> None:
    store, held = StoreTogether(base.store), HeldCommit()

    first = asyncio.create_task(store(new("first"), held))
    await held.begun.wait()
    gone, stays = asyncio.create_task(store(new("gone"))), asyncio.create_task(store(new("stays")))
    await asyncio.sleep(0)
    gone.cancel()
    with suppress(asyncio.CancelledError):
        await gone
    held.go_on.set()

    assert (await first).added_by_change == 1
    assert (await stays).added_by_change == 2


async def test_a_caller_that_goes_while_it_is_committed_takes_nobody_along(
    base: StoreAndIndex,
) -> None:
    store, held = StoreTogether(base.store), HeldCommit()

    gone = asyncio.create_task(store(new("gone"), held))
    await held.begun.wait()
    gone.cancel()
    held.go_on.set()

    assert (await store(new("next"))).added_by_change == 2
    assert await _ended(gone) is None


async def test_a_commit_that_does_not_end_is_given_up(base: StoreAndIndex) -> None:
    store = StoreTogether(base.store, longest_seconds=0.3)

    with pytest.raises(DatabaseUnavailable):
        await store(new("never"), HeldCommit())
    store._longest_seconds = 60.0

    assert (await store(new("next"))).added_by_change == 1


async def test_a_call_that_is_cancelled_ends_after_its_commit(base: StoreAndIndex) -> None:
    store, held = StoreTogether(base.store), HeldCommit()

    cancelled = asyncio.create_task(store(new("one"), held))
    await held.begun.wait()
    cancelled.cancel()
    await asyncio.wait([cancelled], timeout=0.05)
    assert not cancelled.done()
    held.go_on.set()

    assert await _ended(cancelled) is None
    async with base.store.read() as records:
        assert (await records.encounters.get("one", ALL_OFFICES)).added_by_change == 1


async def test_fingers_of_one_whose_caller_has_gone_are_not_kept(base: StoreAndIndex) -> None:
    store, held = StoreTogether(base.store), HeldCommit()

    first = asyncio.create_task(store(new("first"), held))
    await held.begun.wait()
    waiting = new("gone")
    embedding = weakref.ref(waiting.present[0].embedding)
    gone = asyncio.create_task(store(waiting))
    await asyncio.sleep(0)
    gone.cancel()
    await _ended(gone)
    del waiting, gone
    gc.collect()
    are_kept = embedding() is not None
    held.go_on.set()
    await first

    assert not are_kept


async def test_one_whose_caller_goes_is_left_out_when_others_are_stored_one_by_one(
    base: StoreAndIndex,
) -> None:
    store, held = StoreTogether(base.store), HeldCommit()

    async def leave_and_fail(_records: Records, _encounter: Encounter) -> None:
        gone.cancel()
        await asyncio.sleep(0)
        raise ZeroDivisionError

    first = asyncio.create_task(store(new("first"), held))
    await held.begun.wait()
    fails = asyncio.create_task(store(new("fails"), leave_and_fail))
    gone, stays = asyncio.create_task(store(new("gone"))), asyncio.create_task(store(new("stays")))
    await asyncio.sleep(0)
    held.go_on.set()

    assert (await first).added_by_change == 1
    assert isinstance(await _ended(fails), ZeroDivisionError)
    assert await _ended(gone) is None
    assert (await stays).added_by_change == 2


async def test_each_caller_is_given_an_exception_of_its_own(
    base: StoreAndIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    @asynccontextmanager
    async def full() -> AsyncIterator[Records]:
        raise StorageFull("the disk of the database is full", retry_after=timedelta(seconds=30))
        yield

    monkeypatch.setattr(base.store, "write", full)
    store = StoreTogether(base.store)

    one, other = await asyncio.gather(
        store(new("one")), store(new("other")), return_exceptions=True
    )

    assert isinstance(one, StorageFull)
    assert isinstance(other, StorageFull)
    assert one is not other
    assert str(one) == str(other)
    assert one.retry_after == other.retry_after


async def _ended(call: asyncio.Task[Encounter]) -> BaseException | None:
    """Wait until a call has ended; return its exception, None if it was cancelled."""
    await asyncio.wait([call])
    return None if call.cancelled() else call.exception()


async def _together(
    base: StoreAndIndex, encounters: Sequence[NewEncounter]
) -> list[tuple[Encounter, Records] | BaseException]:
    """Store encounters at once; return each with the records it was stored in, or its error."""
    store, begun, go_on = StoreTogether(base.store), asyncio.Event(), asyncio.Event()
    within = dict[int, Records]()

    async def note(number: int, records: Records) -> None:
        within[number] = records
        begun.set()
        await go_on.wait()

    async def one(number: int, encounter: NewEncounter) -> tuple[Encounter, Records]:
        stored = await store(encounter, lambda records, _encounter: note(number, records))
        return stored, within[number]

    first = asyncio.create_task(one(0, encounters[0]))
    await begun.wait()
    others = [asyncio.create_task(one(i, each)) for i, each in enumerate(encounters[1:], 1)]
    await asyncio.sleep(0)
    go_on.set()
    return await asyncio.gather(first, *others, return_exceptions=True)
