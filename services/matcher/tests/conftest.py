"""Fixtures: one matcher that tests share, and new ones for tests that need their own."""

import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from matcher.models import ModelBundle

from .caller import Caller
from .matcher_process import Matcher

Matchers = Callable[..., Matcher]
Callers = Callable[..., Caller]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Compile the kernels before the time of any test runs: a new checkout has none compiled."""
    if session.items and not session.config.option.collectonly:
        ModelBundle.load().warm_up()


@contextmanager
def running(folder: Path, pki: Path, **settings: Any) -> Iterator[Matcher]:
    """A matcher that is migrated, started and in the end stopped."""
    matcher = Matcher(folder, pki, **settings)
    matcher.command("migrate")
    matcher.start()
    try:
        yield matcher
    finally:
        matcher.stop()


@contextmanager
def matchers_in(folder: Path, pki: Path, **common: Any) -> Iterator[Matchers]:
    """Makes matchers of common settings, migrated and not started; in the end they are killed."""
    made = []

    def make(name: str = "matcher", **settings: Any) -> Matcher:
        matcher = Matcher(folder / name, pki, **common, **settings)
        matcher.command("migrate")
        made.append(matcher)
        return matcher

    try:
        yield make
    finally:
        for matcher in made:
            if matcher.is_alive():
                matcher.kill()


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of one development authority."""
    return tmp_path_factory.mktemp("pki")


@pytest.fixture(scope="session")
def shared_matcher(pki: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matcher]:
    """A running matcher; tests enrol people of their own and disturb nobody else's."""
    with running(tmp_path_factory.mktemp("shared"), pki) as matcher:
        yield matcher


@pytest.fixture
def matchers(pki: Path, tmp_path: Path) -> Iterator[Matchers]:
    """Makes matchers, migrated and not started, over folders of the test's own."""
    with matchers_in(tmp_path, pki) as make:
        yield make


@pytest_asyncio.fixture
async def callers() -> AsyncIterator[Callers]:
    """Makes callers of a matcher; as the issuance service unless an identity is given."""
    made = []

    def make(matcher: Matcher, **identity: Any) -> Caller:
        made.append(Caller(matcher, **identity))
        return made[-1]

    yield make
    for caller in made:
        await caller.close()


@pytest.fixture
def issuance(shared_matcher: Matcher, callers: Callers) -> Caller:
    """The issuance service, calling the shared matcher."""
    return callers(shared_matcher)


@pytest.fixture
def someone(request: pytest.FixtureRequest) -> int:
    """The number of a person that no other test uses, nor the 49 numbers after it."""
    return zlib.crc32(request.node.nodeid.encode()) % 10_000_000 * 50
