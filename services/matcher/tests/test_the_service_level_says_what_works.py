"""The supervision of the index lowers and raises the service level as things fail and recover."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from matcher.bootstrap import StoreAndIndex, open_store_and_index
from matcher.config import Settings
from matcher.domain.enrolment import Enrolment
from matcher.domain.errors import IndexDoubtful, NotReady
from matcher.domain.finger_source import SuppliedSamples
from matcher.domain.office_scope import ALL_OFFICES
from matcher.domain.request import RequestOrigin, SearchPolicy
from matcher.index.memory_index import MemoryIndex
from matcher.use_cases.draw_comparison import DrawComparison
from matcher.use_cases.enrol import Enrol
from matcher.use_cases.identify import Identify
from matcher.use_cases.readiness import Readiness, ServiceLevel
from matcher.use_cases.supervise_index import SuperviseIndex
from matcher.use_cases.verify import Verify
from sqlalchemy import text

from services.captured_logs import captured_logs

from .matcher_process import master_key
from .models import models
from .store_and_index import enrol, opened

DOWN, VERIFY_ONLY, FULL = ServiceLevel
UNUSED = cast(Any, None)
Call = Callable[[], Awaitable[object]]


def _supervised(base: StoreAndIndex) -> tuple[SuperviseIndex, Readiness, list[ServiceLevel]]:
    readiness, levels = Readiness(), list[ServiceLevel]()

    async def note(level: ServiceLevel) -> None:
        levels.append(level)

    readiness.on_change(note)
    return SuperviseIndex(base.store, base.index, readiness), readiness, levels


async def _lose_change(base: StoreAndIndex, number: int) -> None:
    async with base.store.write() as records:
        await records.transaction.execute(text(f"DELETE FROM changes WHERE number = {number}"))


async def test_verification_works_before_the_index_is_loaded(tmp_path: Path) -> None:
    async with opened(tmp_path) as base:
        supervise, readiness, levels = _supervised(base)

        await supervise.check()
        await supervise.check()

        assert levels == [VERIFY_ONLY, FULL]
        assert readiness.reason == ""


async def test_without_a_database_nothing_works_and_this_is_logged_once(tmp_path: Path) -> None:
    unused = Path(os.devnull)
    settings = Settings.load(
        certificate=unused,
        private_key=unused,
        authority=unused,
        policy_file=unused,
        database_url=f"sqlite+aiosqlite:///{tmp_path}/without-tables.sqlite",
        master_key_file=master_key(tmp_path),
    )
    async with open_store_and_index(settings, models()) as base:
        supervise, readiness, levels = _supervised(base)

        with captured_logs() as logs:
            await supervise.check()
            await supervise.check()

        assert levels == []
        assert (readiness.level, readiness.reason) == (DOWN, "the database does not answer")
        assert [log["event"] for log in logs] == ["service_level_lowered"]


async def test_a_change_log_with_a_gap_is_not_followed(tmp_path: Path) -> None:
    async with opened(tmp_path) as base:
        supervise, readiness, levels = _supervised(base)
        await supervise.check()
        await enrol(base, 1)
        await enrol(base, 2)
        await _lose_change(base, 1)

        with captured_logs() as logs:
            await supervise.check()

        assert levels == [VERIFY_ONLY, FULL, VERIFY_ONLY]
        assert readiness.reason == "the change log is broken at change 1"
        assert [(log["event"], log["level"]) for log in logs] == [
            ("service_level_lowered", "VERIFY_ONLY")
        ]
        await supervise.check()
        assert readiness.level is FULL
        assert base.index.state().people == 2


async def test_an_index_that_cannot_follow_leaves_verification(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path) as base:
        supervise, readiness, levels = _supervised(base)
        await supervise.check()

        async def fail() -> None:
            raise RuntimeError

        monkeypatch.setattr(base.index, "catch_up", fail)
        with captured_logs() as logs:
            await supervise.check()
            await supervise.check()

        assert levels == [VERIFY_ONLY, FULL, VERIFY_ONLY]
        assert readiness.reason == "the index cannot follow the database"
        assert [(log["event"], log["level"]) for log in logs] == [
            ("service_level_lowered", "VERIFY_ONLY")
        ]


async def test_changes_are_followed_after_one_that_could_not_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path) as base:
        supervise, _, _ = _supervised(base)
        await supervise.check()
        changed, tried = asyncio.Event(), asyncio.Semaphore(0)

        async def fail() -> None:
            tried.release()
            raise ValueError

        monkeypatch.setattr(base.index, "catch_up", fail)
        following = asyncio.create_task(supervise.follow(changed))
        for _ in range(2):
            changed.set()
            await asyncio.wait_for(tried.acquire(), 20)

        assert not following.done()
        following.cancel()


async def test_a_doubt_is_not_forgotten_by_who_caught_up_just_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path) as base:
        await enrol(base, 1)
        advance = base.index_parts[0]._advance

        def doubt() -> None:
            with pytest.raises(IndexDoubtful):
                base.index_parts[0]._drop(
                    base.index_parts[0]._index, "the index was damaged in memory"
                )

        async def doubted_once_advanced() -> MemoryIndex:
            index = await advance()
            asyncio.get_running_loop().call_soon(doubt)
            return index

        with monkeypatch.context() as patched:
            patched.setattr(base.index, "_advance", doubted_once_advanced)
            with pytest.raises(IndexDoubtful):
                await base.index.catch_up()

        assert base.index.doubt == "the index was damaged in memory"
        await base.index.catch_up()
        assert base.index.doubt == ""


async def test_it_checks_at_its_interval(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checks = list[bool]()

    async def check(supervise: SuperviseIndex, compares: bool) -> None:
        checks.append(compares)

    monkeypatch.setattr(SuperviseIndex, "check", check)
    index = cast(Any, SimpleNamespace(doubted=asyncio.Event()))
    supervise = SuperviseIndex(UNUSED, index, Readiness())
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(supervise.run(0.1), 0.35)

    assert 1 < len(checks) <= 4
    assert checks == [True, *[False] * (len(checks) - 1)]  # encounters are compared once a second


async def test_calls_wait_for_the_level_they_need() -> None:
    readiness = Readiness()
    origin = RequestOrigin("caller", "request")
    enrolment = Enrolment("e", "p", "BJM", (), None, origin, b"")
    policy, samples = SearchPolicy(None, 10), SuppliedSamples(())
    checked = Enrolment("e", "p", "BJM", (), policy, origin, b"")
    add = Enrol(UNUSED, UNUSED, UNUSED, UNUSED, UNUSED, readiness, UNUSED, 0.001)
    identify = Identify(UNUSED, UNUSED, UNUSED, readiness, 0.001)
    verify = Verify(UNUSED, UNUSED, UNUSED, UNUSED, UNUSED, readiness, 0.001)
    draw = DrawComparison(UNUSED, UNUSED, UNUSED, UNUSED, readiness)
    searching: list[Call] = [
        lambda: add(checked, UNUSED, seconds_left=1),
        lambda: identify(samples, policy, None, origin, UNUSED, seconds_left=1),
    ]
    others: list[Call] = [
        lambda: add(enrolment, UNUSED, seconds_left=1),
        lambda: verify(samples, samples, None, origin, UNUSED),
        lambda: draw("decision", "person", None, ALL_OFFICES),
    ]

    for call in [*searching, *others]:
        with pytest.raises(NotReady) as refused:
            await call()
        assert refused.value.retry_after is not None
    await readiness.set_level(VERIFY_ONLY, "the index is being loaded")
    for call in searching:
        with pytest.raises(NotReady, match="not ready: the index is being loaded"):
            await call()
    for call in others:
        with pytest.raises((AttributeError, TypeError)):  # let in, and nothing is behind it
            await call()
