"""Applications are streamed as they change, and a stream goes on where another one was left."""

import os
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from issuance.domain.application_watch import BadWatchToken, ChangeMark, WatchPosition
from issuance.domain.outage import OutageScope
from issuance.domain.states import ApplicationState
from issuance.store import application_changes
from issuance.store.tables.counters import change_marks, counters
from issuance.use_cases.application_steps import withdraw
from issuance.use_cases.watch_applications import BATCH, Change, WatchApplications, WatchFilter
from sqlalchemy import delete, update

from .people import identity
from .workflow import Workflow

EVERYTHING = WatchFilter()
BJM = WatchFilter(office="BJM")
STATE = ApplicationState


class Watcher:
    """Who watches applications. Waiting for a change takes no time, but is counted."""

    def __init__(self, workflow: Workflow, watched: WatchFilter = EVERYTHING) -> None:
        self.watch = WatchApplications(
            workflow.store, workflow.offices, workflow, lambda: workflow.real_now,
            workflow.new_id, 3.0, self._wait,
        )  # fmt: skip
        self._watched = watched
        self._waits = 0
        self.position: WatchPosition | None = None

    async def _wait(self, seconds: float) -> None:
        self._waits += 1

    def stream(self) -> AsyncIterator[Change]:
        """A stream from the last position on."""
        return self.watch(self._watched, self.position)

    async def sees(self, most: int = 1000) -> list[tuple[str, str]]:
        """Id and state of what comes before the next bookmark, from the last position on."""
        seen: list[tuple[str, str]] = []
        async for details, position in self.stream():
            self.position = position
            if details is None:
                break
            seen.append((details.case.id, details.case.state.value))
            if len(seen) == most:
                break
        return seen


async def test_it_begins_with_all_that_has_not_ended(workflow: Workflow) -> None:
    interviewed = await workflow.applies()
    received = await workflow.brings_documents(office="JKT")
    await workflow.withdraws(await workflow.applies())

    watcher = Watcher(workflow)

    assert await watcher.sees() == [
        (received, "biometrics_taken"),
        (interviewed, "identifying"),
    ]
    assert await watcher.sees() == []


async def test_what_changed_meanwhile_comes_once_as_it_is_now(workflow: Workflow) -> None:
    first, second = await workflow.applies(), await workflow.applies()
    untouched = await workflow.brings_documents()
    watcher = Watcher(workflow)
    assert len(await watcher.sees()) == 3

    await workflow.is_identified()
    await workflow.approves(second)
    await workflow.withdraws(first)

    assert await watcher.sees() == [(first, "withdrawn"), (second, "approved")]
    assert await watcher.sees() == []
    assert await workflow.state(untouched) is STATE.BIOMETRICS_TAKEN


async def test_a_new_promise_is_a_change(one_book_a_day: Workflow) -> None:
    workflow = one_book_a_day
    watcher = Watcher(workflow)
    id = await workflow.is_known(await workflow.applies())
    await workflow.approves(id)
    await watcher.sees()

    await workflow.declares(OutageScope.PRINTING, "BJM", expected_end="2018-11-20 08:00")
    workflow.clock("2018-10-29 08:00")
    await workflow.plans()

    assert [kind for kind, _ in await workflow.notices(id)][-1] == "date_changed"
    assert await watcher.sees() == [(id, "approved")]


async def test_each_event_can_be_resumed_from_within_the_beginning_too(workflow: Workflow) -> None:
    ids = [await workflow.brings_documents() for _ in range(3)]
    ids += [await workflow.applies() for _ in range(2)]
    watcher = Watcher(workflow)

    seen = [await watcher.sees(1) for _ in ids]
    await workflow.withdraws(ids[0])

    assert [id for ((id, _),) in seen] == ids
    assert await watcher.sees() == []  # the end of the beginning
    assert await watcher.sees() == [(ids[0], "withdrawn")]


async def test_what_changes_while_it_begins_is_not_missed(workflow: Workflow) -> None:
    first = await workflow.applies()
    second = await workflow.brings_documents()
    watcher = Watcher(workflow)
    assert await watcher.sees(1) == [(second, "biometrics_taken")]

    await workflow.withdraws(first)  # from a state that is still to come
    await workflow.is_interviewed(second)

    assert (second, "identifying") in await watcher.sees()
    assert set(await watcher.sees()) == {(first, "withdrawn"), (second, "identifying")}


async def test_more_than_one_batch(workflow: Workflow) -> None:
    ids = [await workflow.brings_documents(photographed=False) for _ in range(BATCH + 1)]
    watcher = Watcher(workflow)

    assert [id for id, _ in await watcher.sees()] == ids


async def test_changes_are_numbered_until_a_batch_is_not_full(
    workflow: Workflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(application_changes, "_BATCH", 2)
    for _ in range(2):
        await workflow.brings_documents(photographed=False)
    done = []

    for mark in ("first", "second"):
        async with workflow.store.begin() as records:
            now = workflow.real_now
            done.append(await records.application_changes.number_some(mark, now, now))

    assert done == [False, True]


async def test_an_office_sees_its_own_only(workflow: Workflow) -> None:
    ours = await workflow.applies()
    theirs = await workflow.applies(office="JKT")
    watcher = Watcher(workflow, BJM)

    assert await watcher.sees() == [(ours, "identifying")]
    await workflow.withdraws(theirs)
    await workflow.withdraws(ours)
    assert await watcher.sees() == [(ours, "withdrawn")]


async def test_only_some_states_are_watched(workflow: Workflow) -> None:
    id, other = await workflow.applies(), await workflow.brings_documents()
    watcher = Watcher(workflow, WatchFilter(states=frozenset({STATE.IDENTIFYING, STATE.WITHDRAWN})))

    assert await watcher.sees() == [(id, "identifying")]
    await workflow.is_known(id)
    assert await watcher.sees() == []
    await workflow.withdraws(other)
    assert await watcher.sees() == [(other, "withdrawn")]


async def test_a_token_from_before_a_restore_is_refused(workflow: Workflow) -> None:
    id = await workflow.applies()
    early, late = Watcher(workflow), Watcher(workflow)
    await early.sees()
    await workflow.is_known(id)
    await late.sees()
    assert early.position is not None
    backup = early.position.mark.number
    async with workflow.store.begin() as records:  # what a backup from before would have
        await records.connection.execute(delete(change_marks).where(change_marks.c.number > backup))
        await records.connection.execute(
            update(counters).where(counters.c.name == "application_change").values(value=backup)
        )
    await workflow.approves(id)

    with pytest.raises(BadWatchToken):
        await late.sees()
    assert await early.sees() == [(id, "approved")]


async def test_a_token_of_another_database_is_refused(workflow: Workflow) -> None:
    await workflow.applies()
    await Watcher(workflow).sees()
    watcher = Watcher(workflow)
    watcher.position = WatchPosition(ChangeMark(1, "of another"), 1)

    with pytest.raises(BadWatchToken):
        await watcher.sees()


async def test_a_token_of_last_week_is_refused(workflow: Workflow) -> None:
    id = await workflow.applies()
    old, resumed = Watcher(workflow), Watcher(workflow)
    await old.sees()
    await resumed.sees()
    workflow.real_now += timedelta(days=6)
    await workflow.is_known(id)
    assert await resumed.sees() == [(id, "awaiting_approval")]

    workflow.real_now += timedelta(days=8)
    await workflow.approves(id)

    assert await resumed.sees() == [(id, "approved")]
    with pytest.raises(BadWatchToken):
        await old.sees()


async def test_nothing_new_for_weeks_makes_no_token_old(workflow: Workflow) -> None:
    id = await workflow.applies()
    watcher = Watcher(workflow)
    await watcher.sees()

    workflow.real_now += timedelta(days=30)

    assert await watcher.sees() == []
    await workflow.is_known(id)
    assert await watcher.sees() == [(id, "awaiting_approval")]


@pytest.mark.skipif("POSTGRESQL_TEST_URL" not in os.environ, reason="SQLite has one writer")
async def test_a_change_that_commits_late_is_not_passed_by(workflow: Workflow) -> None:
    slow, quick = await workflow.applies(), await workflow.applies(office="JKT")
    watcher = Watcher(workflow)
    await watcher.sees()

    async with workflow.store.begin() as records:
        case = await records.cases.get(slow)
        officer = identity("siti", "officer")
        await withdraw(records, case, officer, workflow.now_is, workflow.apply_transition, "")
        await workflow.withdraws(quick)
        assert await watcher.sees() == [(quick, "withdrawn")]

    assert await watcher.sees() == [(slow, "withdrawn")]


async def test_changes_that_are_not_watched_are_passed_by(workflow: Workflow) -> None:
    watcher = Watcher(workflow, WatchFilter(states=frozenset({STATE.PRINT_FAILED})))
    await watcher.sees()
    for _ in range(3):
        await workflow.applies()

    assert await watcher.sees() == []

    assert watcher.position is not None
    assert watcher.position.mark.number > 0
    assert watcher.position.change == watcher.position.mark.number
