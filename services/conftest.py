"""What the tests of all services share: an empty database each, no time limits, SIGINT heeded."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from services.databases import database_of, databases_removed, remove_migrated

# Properties are about results. How long an example takes depends on what else the machine does.
# A change is refused for what it breaks, so `make test` tries the same examples each time;
# `make test-slow` tries others.
_any_machine = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("repeatable", _any_machine, derandomize=True)
settings.register_profile("random", _any_machine, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))

# A shell's background jobs ignore SIGINT, and programs started by the tests would inherit that. A
# handler is not inherited: a program that is executed has the default instead.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def _migrated_databases_end_with_the_session() -> Iterator[None]:
    yield
    remove_migrated()


@pytest.fixture(autouse=True)
def _databases_end_with_their_test() -> Iterator[None]:
    with databases_removed():
        yield


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """The URL of an empty database: a SQLite file, or a new database on a PostgreSQL server."""
    return database_of(tmp_path / "test.sqlite")
