"""Disk full, locked, unreachable: callers learn the reason, health says so until it is over."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from passport.matcher.v1 import encounters_pb2 as pb
from passport.matcher.v1 import encounters_pb2_grpc as stubs
from servicekit.errors import DatabaseUnavailable, DomainError
from servicekit.grpc.server import Server
from servicekit.process.settings import ServiceSettings
from servicekit.storage import database as database_module
from servicekit.storage.database import Database
from servicekit.storage.database_errors import database_errors
from servicekit.storage.write_probe import report_writability
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING
REQUEST = pb.DeleteEncounterRequest(request_id="request-1", encounter_id="e1")

LOCK_UNTIL_END_OF_INPUT = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
"""


class Service:
    """A real server whose DeleteEncounter stores 100 kB in a SQLite file.

    max_pages: how large the file may grow, a real SQLITE_FULL as when the disk has no more room.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self.max_pages = 1_000_000
        self.database = Database(f"sqlite+aiosqlite:///{file}")
        event.listen(self.database.engine.sync_engine, "begin", self._limit)

    def _limit(self, connection: Any) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {self.max_pages}")

    def use(self, channel: grpc.aio.Channel) -> None:
        self._encounters = stubs.EncountersStub(channel)
        self._health: Any = health_pb2_grpc.HealthStub(channel)

    def store(self) -> Any:
        return self._encounters.DeleteEncounter(REQUEST, timeout=30)

    async def becomes(self, status: int) -> bool:
        """Whether this is the health within half a minute."""
        for _ in range(300):
            response = await self._health.Check(health_pb2.HealthCheckRequest(), timeout=20)
            if response.status == status:
                return True
            await asyncio.sleep(0.1)
        return False

    async def tables(self) -> list[str]:
        async with self.database.read() as transaction:
            return list(await transaction.scalars(text("SELECT name FROM sqlite_schema")))

    async def delete(self, request: Any, context: Any) -> pb.DeleteEncounterResponse:
        async with self.database.begin() as transaction:
            await transaction.execute(text("INSERT INTO things VALUES (zeroblob(100000))"))
        return pb.DeleteEncounterResponse()


@pytest.fixture
async def service(
    settings: Callable[..., ServiceSettings],
    pki: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Service]:
    monkeypatch.setattr(
        database_module, "_SQLITE_PRAGMAS", ("journal_mode=WAL", "busy_timeout=100")
    )
    service, chosen = Service(tmp_path / "things.sqlite"), settings()
    async with service.database.begin() as transaction:
        await transaction.execute(text("CREATE TABLE things (content BLOB)"))
    server = Server(
        chosen,
        error_domain="passport.matcher",
        services=[pb.DESCRIPTOR.services_by_name["Encounters"]],
    )
    methods = {"DeleteEncounter": staticmethod(service.delete)}
    encounters: Any = type("E", (stubs.EncountersServicer,), methods)
    stubs.add_EncountersServicer_to_server(encounters(), server.grpc)
    credentials = pki.service("issuance").channel_credentials()
    # Not a channel that waits until the server is healthy.
    async with (
        report_writability(service.database, server.set_writable),
        _running(server),
        grpc.aio.secure_channel(chosen.listen, credentials) as channel,
    ):
        service.use(channel)
        yield service
    await service.database.close()


@asynccontextmanager
async def _running(server: Server) -> AsyncIterator[None]:
    listening = asyncio.Event()

    async def ready() -> None:
        listening.set()

    running = asyncio.create_task(server.run(ready))
    await asyncio.wait_for(listening.wait(), 30)
    yield
    running.cancel()
    await asyncio.wait([running])


async def test_a_full_disk_is_reported_until_there_is_room(service: Service, failure: Any) -> None:
    assert await service.becomes(SERVING)
    service.max_pages = 1

    refused = await failure(service.store())

    assert refused.code is grpc.StatusCode.UNAVAILABLE
    assert refused.info.reason == "STORAGE_FULL"
    assert refused.retry is not None
    assert await service.becomes(NOT_SERVING)
    service.max_pages = 1_000_000
    assert await service.becomes(SERVING)
    await service.store()
    assert await service.tables() == ["things"]


async def test_a_lock_of_another_process_is_reported_until_it_ends(
    service: Service, failure: Any
) -> None:
    assert await service.becomes(SERVING)
    locking = await asyncio.create_subprocess_exec(
        sys.executable, "-c", LOCK_UNTIL_END_OF_INPUT, str(service.file),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert locking.stdout is not None
    assert locking.stdin is not None
    await locking.stdout.readline()

    refused = await failure(service.store())

    assert refused.code is grpc.StatusCode.UNAVAILABLE
    assert refused.info.reason == "DATABASE_BUSY"
    assert refused.retry is not None
    assert await service.becomes(NOT_SERVING)
    locking.stdin.close()
    await locking.wait()
    assert await service.becomes(SERVING)
    await service.store()


async def test_a_server_that_cannot_be_reached_is_unavailable() -> None:
    database = Database("postgresql+asyncpg://nobody@127.0.0.1:1/nothing")

    with pytest.raises(DatabaseUnavailable) as refused:
        async with database.read():
            pass

    await database.close()
    assert refused.value.retry_after is not None


@pytest.mark.parametrize(
    ("sqlstate", "reason"),
    [
        ("53100", "STORAGE_FULL"),
        ("53300", "DATABASE_BUSY"),
        ("55P03", "DATABASE_BUSY"),
        ("40P01", "DATABASE_BUSY"),
        ("40001", "DATABASE_BUSY"),
        ("57P01", "DATABASE_UNAVAILABLE"),
        ("57P03", "DATABASE_UNAVAILABLE"),
        ("08006", "DATABASE_UNAVAILABLE"),
        ("25006", "DATABASE_UNAVAILABLE"),
        ("58030", "DATABASE_UNAVAILABLE"),
    ],
)
def test_a_fault_of_postgresql_is_reported_by_its_kind(sqlstate: str, reason: str) -> None:
    fault = Exception()
    fault.sqlstate = sqlstate  # type: ignore[attr-defined]

    with pytest.raises(DomainError) as told, database_errors():
        raise DBAPIError("SELECT 1", None, fault)

    assert told.value.reason == reason


@pytest.mark.parametrize("sqlstate", ["23505", "42P01", "22021", None])
def test_a_fault_of_a_statement_is_no_fault_of_the_database(sqlstate: str | None) -> None:
    fault = Exception()
    fault.sqlstate = sqlstate  # type: ignore[attr-defined]

    with pytest.raises(DBAPIError), database_errors():
        raise DBAPIError("SELECT 1", None, fault)
