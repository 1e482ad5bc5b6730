"""What the tests of all services share: an empty database each, no time limits, SIGINT heeded."""

import asyncio
import os
import signal
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

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


@pytest.fixture
def database_url(tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database: a SQLite file, or a new database on a PostgreSQL server.

    The server is that of POSTGRESQL_TEST_URL, postgresql+asyncpg://<user>:<password>@<host>/<db>,
    whose user must be allowed to create databases; the one named is only connected to.
    """
    server = os.environ.get("POSTGRESQL_TEST_URL")
    if not server:
        yield f"sqlite+aiosqlite:///{tmp_path}/test.sqlite"
        return
    name = f"test_{uuid.uuid4().hex}"
    asyncio.run(_administer(server, f"CREATE DATABASE {name}"))
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    asyncio.run(_administer(server, f"DROP DATABASE {name} WITH (FORCE)"))


async def _administer(server: str, statement: str) -> None:
    engine = create_async_engine(server, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()
