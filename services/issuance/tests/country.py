"""The issuance service as a real process, its neighbours, and people with certificates."""

import asyncio
import multiprocessing
import signal
import socket
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import grpc
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc import error_details_pb2  # type: ignore[import-untyped]
from grpc_status import rpc_status
from issuance.__main__ import main
from issuance.bootstrap import Issuance
from issuance.config import IssuanceSettings
from issuance.store.records import MIGRATIONS
from passport.issuance.v1 import (
    adjudication_pb2,
    adjudication_pb2_grpc,
    admin_pb2,
    admin_pb2_grpc,
    applications_pb2_grpc,
    offices_pb2_grpc,
    outages_pb2,
    outages_pb2_grpc,
    schedule_pb2,
    schedule_pb2_grpc,
)
from passport.issuance.v1 import applications_pb2 as apps
from passport.type.v1 import biometrics_pb2, civil_pb2
from servicekit.grpc.client_channel import open_channel
from servicekit.process.clock import write_clock_file
from servicekit.security.development_certificates import issue_certificate
from servicekit.storage.database import migrate

from .neighbours import Matcher, Printer

POLICY = Path(__file__).parents[3] / "deploy" / "policy" / "policy.toml"
OFFICE = "BJM"
POSITION = biometrics_pb2.FINGER_POSITION_RIGHT_INDEX
PATIENCE = 60.0

SETTINGS = """
certificate = "{pki}/national-issuance.pem"
private_key = "{pki}/national-issuance.key"
authority = "{pki}/authority.pem"
policy_file = "{policy}"
database_url = "sqlite+aiosqlite:///{folder}/issuance.db"
environment = "test"
drain_seconds = 0
clock_file = "{folder}/clock"
log_level = "{log_level}"
matcher = "{matcher}"
clearance_key = "{folder}/clearance.pem"
clearance_key_id = "test-key"
call_seconds = 2.0
lease_seconds = 5.0
poll_seconds = 0.02
retry_first_seconds = 0.05
retry_longest_seconds = 0.2
plan_seconds = 0.02
health_seconds = 0.1
outage_opens_seconds = 0.2
outage_ends_seconds = 0.2

[[offices]]
id = "BJM"
name = "Banjarmasin"
timezone = "Asia/Makassar"
machines = {machines}
books_per_machine_per_day = 40.5
printer = "{printer}"

[[offices]]
id = "JKT"
name = "Jakarta"
timezone = "Asia/Jakarta"
machines = 1
books_per_machine_per_day = 10
"""


_FORKED = multiprocessing.get_context("forkserver")
_FORKED.set_forkserver_preload(["issuance.__main__", "sqlalchemy.dialects.sqlite.aiosqlite"])


class Process:
    """`issuance serve` as a process of its own, forked from one that has everything imported."""

    def __init__(self, config: Path) -> None:
        self._config = config
        self._child: multiprocessing.process.BaseProcess | None = None
        self.address = f"127.0.0.1:{_free_port()}"

    async def start(self, failpoints: str = "") -> None:
        config = self._config.with_suffix(".armed.toml")
        armed = f'listen = "{self.address}"\nfailpoints = "{failpoints}"\n'
        config.write_text(armed + self._config.read_text())
        arguments = ["serve", "--config", str(config)]
        self._child = _FORKED.Process(target=main, args=(arguments,), daemon=True)
        self._child.start()

    async def stop(self) -> None:
        if self._child is not None:
            self._child.kill()
            await self.killed()

    async def killed(self) -> None:
        """Wait until it is dead, and make sure that it died by SIGKILL."""
        assert self._child is not None
        await asyncio.to_thread(self._child.join, PATIENCE)
        assert self._child.exitcode == -signal.SIGKILL

    @property
    def is_dead(self) -> bool:
        return False


class Task:
    """The same service within the test's own process: nothing to kill, but quick to start."""

    def __init__(self, config: Path) -> None:
        self._config = config
        self._task: asyncio.Task[None] | None = None
        self.address = f"127.0.0.1:{_free_port()}"

    async def start(self) -> None:
        settings = IssuanceSettings.load(self._config, listen=self.address)
        self._task = asyncio.create_task(Issuance(settings).serve())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    @property
    def is_dead(self) -> bool:
        return self._task is not None and self._task.done()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Refused(AssertionError):
    """A call was refused."""

    def __init__(self, error: grpc.aio.AioRpcError) -> None:
        status = rpc_status.from_call(error)  # type: ignore[arg-type]
        self.code = error.code().name
        self.reason, self.field, self.metadata = "", "", {}
        for detail in status.details if status else ():
            info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
            if detail.Unpack(info):
                self.reason, self.metadata = info.reason, dict(info.metadata)
            if detail.Unpack(bad):
                self.field = bad.field_violations[0].field
        super().__init__(f"{self.code} {self.reason} {error.details()}")


class Person:
    """Somebody with a certificate, calling issuance. request ids are made as needed."""

    def __init__(self, connection: grpc.aio.Channel) -> None:
        stubs = (
            applications_pb2_grpc.ApplicationsStub(connection),
            adjudication_pb2_grpc.AdjudicationStub(connection),
            schedule_pb2_grpc.ScheduleStub(connection),
            outages_pb2_grpc.OutagesStub(connection),
            offices_pb2_grpc.OfficesStub(connection),
            admin_pb2_grpc.IssuanceAdminStub(connection),
        )
        self._methods: dict[str, Any] = {}
        for stub in stubs:
            self._methods |= vars(stub)

    async def __call__(self, method: str, request: Any) -> Any:
        """Call, again if the service went away meanwhile; raises Refused."""
        if hasattr(request, "request_id") and not request.request_id:
            request.request_id = str(uuid.uuid4())
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    return await self._methods[method](request, timeout=PATIENCE)
                except grpc.aio.AioRpcError as error:
                    if error.code() is not grpc.StatusCode.UNAVAILABLE:
                        raise Refused(error) from error


def some_fingers(data: bytes) -> list[biometrics_pb2.FingerSample]:
    """Two fingers; the fake matcher compares their bytes."""
    template = biometrics_pb2.FingerTemplate(
        data=data, format=biometrics_pb2.TEMPLATE_FORMAT_ISO_19794_2_2011
    )
    return [biometrics_pb2.FingerSample(position=POSITION, template=template)]


def a_holder(**changes: Any) -> civil_pb2.BiographicData:
    """What is to be printed about somebody."""
    holder = civil_pb2.BiographicData(
        name=civil_pb2.PersonName(primary="RAHMAN", secondary="SITI"),
        nationality="IDN",
        born_on=civil_pb2.CalendarDate(year=1990, month=2, day=28),
        birth_place="Banjarmasin",
        sex=civil_pb2.SEX_FEMALE,
    )
    holder.MergeFrom(civil_pb2.BiographicData(**changes))
    return holder


def day(given: civil_pb2.CalendarDate) -> str:
    """As in 2018-11-05."""
    return date(given.year, given.month, given.day).isoformat()


def timestamp(text: str) -> Timestamp:
    """From 2018-11-05T07:00:00+08:00."""
    stamp = Timestamp()
    stamp.FromJsonString(text)
    return stamp


def calendar_date(text: str) -> civil_pb2.CalendarDate:
    """From 2018-11-05."""
    given = date.fromisoformat(text)
    return civil_pb2.CalendarDate(year=given.year, month=given.month, day=given.day)


@dataclass
class Country:
    """Banjarmasin, its officers, the matcher and the printer."""

    folder: Path
    pki: Path
    matcher: Matcher
    printer: Printer
    process: Process | Task
    people: dict[tuple[str, str, str], Person] = field(default_factory=dict)
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    # Time

    def clock(self, at: str) -> None:
        """Business time, as in 2018-10-30T10:00+08:00."""
        write_clock_file(self.folder / "clock", datetime.fromisoformat(at))

    async def until(self, holds: Callable[[], Awaitable[bool]], what: str = "") -> None:
        """Wait (real time) until something holds that asks the service."""
        async with asyncio.timeout(PATIENCE):
            while not await holds():
                assert not self.process.is_dead, "issuance died"
                await asyncio.sleep(0.02)

    # People

    def person(self, role: str, user: str = "siti", office: str = OFFICE) -> Person:
        """Somebody of a role; service:<name> is a service."""
        key = (role, user, office)
        if key not in self.people:
            self.people[key] = Person(self._connect(role, user, office))
        return self.people[key]

    def _connect(self, role: str, user: str, office: str) -> grpc.aio.Channel:
        if role.startswith("service:"):
            tls = issue_certificate(self.pki, office=office, service=role.partition(":")[2])
        else:
            tls = issue_certificate(self.pki, office=office, user=user, role=role)
        connection = open_channel(self.process.address, tls)
        self._stack.push_async_callback(connection.close)
        return connection

    @property
    def officer(self) -> Person:
        return self.person("officer")

    @property
    def supervisor(self) -> Person:
        return self.person("supervisor", "agus")

    @property
    def administrator(self) -> Person:
        return self.person("administrator", "ani", "national")

    def examiner(self, user: str) -> Person:
        return self.person("examiner", user, "national")

    # Stories

    async def takes_in(self, **changes: Any) -> apps.Application:
        """An application at the counter."""
        request = apps.CreateApplicationRequest(
            office=changes.pop("office", OFFICE),
            type=changes.pop("type", apps.APPLICATION_TYPE_NEW),
            holder=changes.pop("holder", a_holder()),
            **changes,
        )
        return await self.officer("CreateApplication", request)  # type: ignore[no-any-return]

    async def applies(self, fingers: bytes | None = None, **changes: Any) -> apps.Application:
        """A complete application. fingers: of nobody else when not given."""
        application = await self.takes_in(**changes)
        id, officer = application.application_id, self.officer
        await officer("AcceptDocuments", apps.AcceptDocumentsRequest(application_id=id))
        await officer("RecordPayment", apps.RecordPaymentRequest(application_id=id, receipt="1"))
        return await self.gives_fingers(id, fingers or id.encode())

    async def gives_fingers(self, id: str, fingers: bytes) -> apps.Application:
        """Fingerprints and interview."""
        samples = some_fingers(fingers)
        submit = apps.SubmitBiometricsRequest(application_id=id, samples=samples)
        await self.officer("SubmitBiometrics", submit)
        interview = apps.RecordInterviewRequest(application_id=id)
        return await self.officer("RecordInterview", interview)  # type: ignore[no-any-return]

    async def approves(self, *ids: str) -> None:
        """Approval, once each is identified."""
        for id in ids:
            await self.reaches(id, "AWAITING_APPROVAL")
            await self.supervisor("Approve", apps.ApproveRequest(application_id=id))

    async def get(self, id: str) -> apps.Application:
        """The application as it is now."""
        request = apps.GetApplicationRequest(application_id=id)
        return await self.officer("GetApplication", request)  # type: ignore[no-any-return]

    async def state(self, id: str) -> str:
        return apps.ApplicationState.Name((await self.get(id)).state)[18:]

    async def reaches(self, id: str, state: str) -> apps.Application:
        """Wait until it is in a state."""

        async def there() -> bool:
            return await self.state(id) == state

        await self.until(there)
        return await self.get(id)

    async def history(self, id: str) -> list[str]:
        """Names of the events."""
        request = apps.GetHistoryRequest(application_id=id)
        return [e.event for e in (await self.officer("GetHistory", request)).entries]

    async def notices(self, id: str = "") -> list[tuple[str, str]]:
        """Kind and day of what somebody (or everybody at the office) was told."""
        request = schedule_pb2.ListNoticesRequest(office=OFFICE, application_id=id, page_size=1000)
        found = (await self.officer("ListNotices", request)).notices
        return [
            (
                schedule_pb2.NoticeKind.Name(notice.kind)[12:],
                day(notice.collect_on) if notice.HasField("collect_on") else "",
            )
            for notice in found
        ]

    async def collection_schedule(self, **changes: Any) -> schedule_pb2.CollectionSchedule:
        """The collection schedule of the office."""
        request = schedule_pb2.GetCollectionScheduleRequest(office=OFFICE, **changes)
        return await self.officer("GetCollectionSchedule", request)  # type: ignore[no-any-return]

    async def schedule(self, **changes: Any) -> list[tuple[str, str, int]]:
        """Its rows."""
        return rows(await self.collection_schedule(**changes))

    async def promises(self, id: str) -> tuple[str, str]:
        """The first and the last day that somebody was promised."""
        application = await self.get(id)
        return day(application.first_promised_collection_date), day(
            application.promised_collection_date
        )

    async def tasks(self) -> Sequence[adjudication_pb2.AdjudicationTask]:
        """Open tasks."""
        request = adjudication_pb2.ListTasksRequest()
        return (await self.examiner("budi")("ListTasks", request)).tasks  # type: ignore[no-any-return]

    async def task_of(self, id: str) -> adjudication_pb2.AdjudicationTask:
        """The open task about an application."""
        await self.reaches(id, "ADJUDICATION")
        return next(task for task in await self.tasks() if task.application_id == id)

    async def looks(
        self, user: str, task_id: str, verdict: Any
    ) -> adjudication_pb2.AdjudicationTask:
        """An examiner claims a task and says what they see."""
        examiner = self.examiner(user)
        await examiner("ClaimTask", adjudication_pb2.ClaimTaskRequest(task_id=task_id))
        request = adjudication_pb2.DecideTaskRequest(
            task_id=task_id, verdict=verdict, reason="seen"
        )
        return await examiner("DecideTask", request)  # type: ignore[no-any-return]

    async def outages(self, open_only: bool = True) -> Sequence[outages_pb2.Outage]:
        """Outages that last."""
        request = outages_pb2.ListOutagesRequest(open_only=open_only)
        return (await self.administrator("ListOutages", request)).outages  # type: ignore[no-any-return]

    async def declares(self, scope: Any, office: str = "", **changes: Any) -> outages_pb2.Outage:
        """An outage declared by an administrator."""
        request = outages_pb2.DeclareOutageRequest(
            scope=scope, office=office, cause="test", **changes
        )
        return await self.administrator("DeclareOutage", request)  # type: ignore[no-any-return]

    async def ends(self, outage: outages_pb2.Outage) -> outages_pb2.Outage:
        """A declared outage ended by an administrator."""
        request = outages_pb2.EndOutageRequest(outage_id=outage.outage_id)
        return await self.administrator("EndOutage", request)  # type: ignore[no-any-return]

    async def matcher_fails(self) -> outages_pb2.Outage:
        """The matcher goes away, and the watcher notices."""
        await self.matcher.stop()

        async def noticed() -> bool:
            return bool(await self.outages())

        await self.until(noticed)
        return (await self.outages())[0]

    async def matcher_returns(self) -> None:
        """The matcher is back, and the watcher notices."""
        await self.matcher.start()

        async def noticed() -> bool:
            return not await self.outages()

        await self.until(noticed)

    async def status(self) -> admin_pb2.IssuanceStatus:
        """What administrators see."""
        return await self.administrator("GetStatus", admin_pb2.GetStatusRequest())  # type: ignore[no-any-return]

    async def close(self) -> None:
        await self._stack.aclose()


def rows(schedule: schedule_pb2.CollectionSchedule) -> list[tuple[str, str, int]]:
    """Day of application, day of collection (empty: nobody can say), number of people."""
    return [
        (day(row.applied_on), day(row.collect_on) if row.HasField("collect_on") else "", row.count)
        for row in schedule.rows
    ]


@asynccontextmanager
async def a_country(
    folder: Path,
    pki: Path,
    *,
    at: str = "2018-10-26T09:00+08:00",
    machines: int = 4,
    runs: type[Process] | type[Task] = Task,
) -> AsyncIterator[Country]:
    """Everything running; business time stands still at `at`."""
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "clearance.pem").write_bytes(pem)
    issue_certificate(pki, service="issuance")
    matcher = Matcher(pki)  # type: ignore[abstract]
    printer = Printer(pki, OFFICE, key.public_key())  # type: ignore[abstract]
    await matcher.start()
    await printer.start()
    config = folder / "issuance.toml"
    config.write_text(
        SETTINGS.format(
            pki=pki, folder=folder, policy=POLICY, matcher=matcher.address,
            printer=printer.address, machines=machines, log_level="error",
        )
    )  # fmt: skip
    country = Country(folder, pki, matcher, printer, runs(config))
    country.clock(at)
    migrate(f"sqlite+aiosqlite:///{folder}/issuance.db", MIGRATIONS)
    try:
        await country.process.start()
        yield country
    finally:
        await country.close()
        await country.process.stop()
        await matcher.stop()
        await printer.stop()
