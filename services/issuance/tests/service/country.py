"""A country around one running issuance service: officers, examiners, a matcher and a printer."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import grpc
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from harness.world.drawn_portrait import portrait_photo
from issuance.store.records import MIGRATIONS
from passport.issuance.v1 import adjudication_pb2, admin_pb2, outages_pb2, schedule_pb2
from passport.issuance.v1 import applications_pb2 as apps
from servicekit.grpc.client_channel import open_channel
from servicekit.process.clock import write_clock_file
from servicekit.security.development_certificates import issue_certificate

from services.databases import make_tables

from .callers import LONGEST_WAIT, Caller
from .contract_values import a_holder, day, some_fingers
from .running_service import SETTINGS, ServiceInTest, ServiceProcess
from .simulated_matcher import SimulatedMatcher
from .simulated_printer import SimulatedPrinter

POLICY = Path(__file__).parents[4] / "deploy" / "policy" / "policy.toml"
OFFICE = "BJM"


@dataclass
class Country:
    """One office: its people, the matcher, the printer of Banjarmasin and one service."""

    folder: Path
    pki: Path
    matcher: SimulatedMatcher
    printer: SimulatedPrinter
    process: ServiceProcess | ServiceInTest
    office: str = OFFICE
    callers: dict[tuple[str, str, str], Caller] = field(default_factory=dict)
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    def at(self, office: str) -> "Country":
        """Return the same country as people of another office see it."""
        return replace(self, office=office)

    # Time

    def clock(self, at: str) -> None:
        """Set the business time, as in 2018-10-30T10:00+08:00."""
        write_clock_file(self.folder / "clock", datetime.fromisoformat(at))

    async def until(self, holds: Callable[[], Awaitable[bool]]) -> None:
        """Wait, in real time, until `holds` answers True."""
        async with asyncio.timeout(LONGEST_WAIT):
            while not await holds():
                assert not self.process.is_dead, "issuance died"
                await asyncio.sleep(0.02)

    # People

    def caller(self, role: str, user: str = "siti", office: str = OFFICE) -> Caller:
        """Return who calls under a certificate of this role; service:<name> is a service."""
        key = (role, user, office)
        if key not in self.callers:
            self.callers[key] = Caller(self._connect(role, user, office))
        return self.callers[key]

    def _connect(self, role: str, user: str, office: str) -> grpc.aio.Channel:
        if role.startswith("service:"):
            tls = issue_certificate(self.pki, office=office, service=role.partition(":")[2])
        else:
            tls = issue_certificate(self.pki, office=office, user=user, role=role)
        connection = open_channel(self.process.address, tls)
        self._stack.push_async_callback(connection.close)
        return connection

    @property
    def officer(self) -> Caller:
        """Siti, an officer of the office."""
        return self.caller("officer", office=self.office)

    @property
    def supervisor(self) -> Caller:
        """Agus, a supervisor of the office."""
        return self.caller("supervisor", "agus", self.office)

    @property
    def administrator(self) -> Caller:
        """Ani, a national administrator."""
        return self.caller("administrator", "ani", "national")

    def examiner(self, user: str) -> Caller:
        """Return a national examiner."""
        return self.caller("examiner", user, "national")

    # From the counter to the hand-over

    async def takes_in(self, **changes: Any) -> apps.Application:
        """Take an application in at the counter."""
        request = apps.CreateApplicationRequest(
            office=changes.pop("office", self.office),
            type=changes.pop("type", apps.APPLICATION_TYPE_NEW),
            holder=changes.pop("holder", a_holder()),
            **changes,
        )
        return await self.officer("CreateApplication", request)  # type: ignore[no-any-return]

    async def applies(
        self,
        fingers: bytes | None = None,
        *,
        shown: Mapping[str, Any] = MappingProxyType({}),
        interview: Mapping[str, Any] = MappingProxyType({}),
        **changes: Any,
    ) -> apps.Application:
        """Take an application in up to the interview. fingers: nobody else's when not given.

        shown, interview: fields of the check of the documents and of the interview.
        """
        application = await self.takes_in(**changes)
        id, officer = application.application_id, self.officer
        await officer("AcceptDocuments", apps.AcceptDocumentsRequest(application_id=id, **shown))
        await officer("RecordPayment", apps.RecordPaymentRequest(application_id=id, receipt=id))
        await self.is_photographed(id)
        return await self.gives_fingers(id, fingers or id.encode(), **interview)

    async def is_photographed(self, id: str, photo: bytes = b"") -> apps.SubmitPortraitResponse:
        """Submit the applicant's photo: a drawn one when not given."""
        submit = apps.SubmitPortraitRequest(application_id=id, photo=photo or portrait_photo(0))
        return await self.officer("SubmitPortrait", submit)  # type: ignore[no-any-return]

    async def gives_fingers(self, id: str, fingers: bytes, **interview: Any) -> apps.Application:
        """Take fingerprints and hold the interview."""
        samples = some_fingers(fingers)
        submit = apps.SubmitBiometricsRequest(application_id=id, samples=samples)
        await self.officer("SubmitBiometrics", submit)
        held = apps.RecordInterviewRequest(application_id=id, **interview)
        return await self.officer("RecordInterview", held)  # type: ignore[no-any-return]

    async def approves(self, *ids: str) -> None:
        """Approve applications, each once it is identified."""
        for id in ids:
            await self.reaches(id, "AWAITING_APPROVAL")
            await self.supervisor("Approve", apps.ApproveRequest(application_id=id))

    async def application(self, id: str) -> apps.Application:
        """Return the application as it is now."""
        request = apps.GetApplicationRequest(application_id=id)
        return await self.officer("GetApplication", request)  # type: ignore[no-any-return]

    async def state(self, id: str) -> str:
        """Return its state, as in AWAITING_APPROVAL."""
        return apps.ApplicationState.Name((await self.application(id)).state)[18:]

    async def reaches(self, id: str, state: str) -> apps.Application:
        """Wait until the application is in a state, and return it."""

        async def there() -> bool:
            return await self.state(id) == state

        await self.until(there)
        return await self.application(id)

    async def history(self, id: str) -> list[str]:
        """Return the events of its history, oldest first."""
        request = apps.GetHistoryRequest(application_id=id)
        return [e.event for e in (await self.officer("GetHistory", request)).entries]

    async def notices(self, id: str = "") -> list[tuple[str, str]]:
        """Return kind and promised day of the notices to an applicant, or to all of the office."""
        request = schedule_pb2.ListNoticesRequest(
            office=self.office, application_id=id, page_size=1000
        )
        found = (await self.officer("ListNotices", request)).notices
        return [
            (
                schedule_pb2.NoticeKind.Name(notice.kind)[12:],
                day(notice.collect_on) if notice.HasField("collect_on") else "",
            )
            for notice in found
        ]

    async def collection_schedule(self, **changes: Any) -> schedule_pb2.CollectionSchedule:
        """Return the collection schedule of the office."""
        request = schedule_pb2.GetCollectionScheduleRequest(office=self.office, **changes)
        return await self.officer("GetCollectionSchedule", request)  # type: ignore[no-any-return]

    async def schedule_rows(self, **changes: Any) -> list[tuple[str, str, int]]:
        """Return the rows of the collection schedule, as `rows` gives them."""
        return rows(await self.collection_schedule(**changes))

    async def promised_dates(self, id: str) -> tuple[str, str]:
        """Return the first and the last promised collection date."""
        application = await self.application(id)
        return day(application.first_promised_collection_date), day(
            application.promised_collection_date
        )

    # Adjudication

    async def open_tasks(self) -> Sequence[adjudication_pb2.AdjudicationTask]:
        """Return the open adjudication tasks."""
        request = adjudication_pb2.ListTasksRequest()
        return (await self.examiner("budi")("ListTasks", request)).tasks  # type: ignore[no-any-return]

    async def task_of(self, id: str) -> adjudication_pb2.AdjudicationTask:
        """Wait for the adjudication task about an application, and return it."""
        await self.reaches(id, "ADJUDICATION")
        return next(task for task in await self.open_tasks() if task.application_id == id)

    async def examines(
        self, user: str, task_id: str, verdict: Any
    ) -> adjudication_pb2.AdjudicationTask:
        """An examiner claims an adjudication task and gives a verdict."""
        examiner = self.examiner(user)
        await examiner("ClaimTask", adjudication_pb2.ClaimTaskRequest(task_id=task_id))
        request = adjudication_pb2.DecideTaskRequest(
            task_id=task_id, verdict=verdict, reason="seen"
        )
        return await examiner("DecideTask", request)  # type: ignore[no-any-return]

    # Outages

    async def outages(self, open_only: bool = True) -> Sequence[outages_pb2.Outage]:
        """Return the outages that last, or all of them; newest first."""
        request = outages_pb2.ListOutagesRequest(open_only=open_only)
        return (await self.administrator("ListOutages", request)).outages  # type: ignore[no-any-return]

    async def declares(self, scope: Any, office: str = "", **changes: Any) -> outages_pb2.Outage:
        """An administrator declares an outage."""
        request = outages_pb2.DeclareOutageRequest(
            scope=scope, office=office, cause="test", **changes
        )
        return await self.administrator("DeclareOutage", request)  # type: ignore[no-any-return]

    async def ends(self, outage: outages_pb2.Outage, **how: Any) -> outages_pb2.Outage:
        """An administrator ends an outage."""
        request = outages_pb2.EndOutageRequest(outage_id=outage.outage_id, **how)
        return await self.administrator("EndOutage", request)  # type: ignore[no-any-return]

    async def matcher_fails(self) -> outages_pb2.Outage:
        """The matcher goes away; wait until issuance has opened an outage."""
        await self.matcher.stop()

        async def noticed() -> bool:
            return bool(await self.outages())

        await self.until(noticed)
        return (await self.outages())[0]

    async def matcher_returns(self) -> None:
        """The matcher comes back; wait until issuance has ended the outage."""
        await self.matcher.start()

        async def noticed() -> bool:
            return not await self.outages()

        await self.until(noticed)

    async def status(self) -> admin_pb2.IssuanceStatus:
        """Return what administrators see."""
        return await self.administrator("GetStatus", admin_pb2.GetStatusRequest())  # type: ignore[no-any-return]

    async def close(self) -> None:
        """Close all connections."""
        await self._stack.aclose()


def rows(schedule: schedule_pb2.CollectionSchedule) -> list[tuple[str, str, int]]:
    """Return day of application, day of collection (empty: not known) and number of people."""
    return [
        (day(row.applied_on), day(row.collect_on) if row.HasField("collect_on") else "", row.count)
        for row in schedule.rows
    ]


@asynccontextmanager
async def a_country(
    folder: Path,
    pki: Path,
    database_url: str,
    *,
    at: str = "2018-10-26T09:00+08:00",
    machines: int = 4,
    runs: type[ServiceProcess] | type[ServiceInTest] = ServiceInTest,
    printer_of_jakarta: str = "",
    call_timeout: float = 10.0,
    outage_opens_after: float = 1.0,
    identifications: int = 4,
    outage_policy: str = "",
    tariff: str = "",
    more_settings: str = "",
) -> AsyncIterator[Country]:
    """Run the service and its neighbours; business time stands still at `at`.

    printer_of_jakarta: address of the printer of the office JKT, which has none otherwise.
    call_timeout: seconds of real time after which a call to a neighbour is given up.
    outage_policy, tariff: content of the file; without it, what applies without one.
    more_settings: TOML.
    identifications: how many there are at a time, at most.
    outage_opens_after: seconds of real time that a neighbour is away before that is an outage.
    """
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "clearance.pem").write_bytes(pem)
    (folder / "outages.toml").write_text(outage_policy)
    (folder / "tariff.toml").write_text(tariff)
    issue_certificate(pki, office="national", service="issuance")
    matcher = SimulatedMatcher(pki)  # type: ignore[abstract]
    printer = SimulatedPrinter(pki, OFFICE, key.public_key())  # type: ignore[abstract]
    await matcher.start()
    await printer.start()
    config = folder / "issuance.toml"
    config.write_text(
        SETTINGS.format(
            pki=pki, folder=folder, policy=POLICY, matcher=matcher.address,
            printer=printer.address, machines=machines, log_level="error",
            database_url=database_url, call_timeout=call_timeout,
            lease=3 * call_timeout, outage_opens_after=outage_opens_after,
            identifications=identifications,
            outage_policy=f'outage_policy_file = "{folder}/outages.toml"' if outage_policy else "",
            tariff=f'tariff_file = "{folder}/tariff.toml"' if tariff else "",
            more_settings=more_settings,
            printer_of_jakarta=f'printer = "{printer_of_jakarta}"' if printer_of_jakarta else "",
        )
    )  # fmt: skip
    country = Country(folder, pki, matcher, printer, runs(config))
    country.clock(at)
    make_tables(database_url, MIGRATIONS)
    try:
        await country.process.start()
        yield country
    finally:
        await country.close()
        await country.process.stop()
        await matcher.stop()
        await printer.stop()
