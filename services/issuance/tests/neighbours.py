"""A matcher and a printer that keep their contracts, as servers of their own over mutual TLS."""

import asyncio
import hashlib
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import grpc
import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from google.protobuf.any_pb2 import Any as Packed
from google.protobuf.message import Message
from google.rpc import code_pb2, error_details_pb2, status_pb2  # type: ignore[import-untyped]
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_status import rpc_status
from passport.matcher.v1 import encounters_pb2, encounters_pb2_grpc, identification_pb2
from passport.printer.v1 import jobs_pb2, jobs_pb2_grpc
from passport.type.v1 import biometrics_pb2
from servicekit.security.development_certificates import issue_certificate
from servicekit.security.tls import server_credentials

A = TypeVar("A", bound=Message)
Context = grpc.aio.ServicerContext[Any, Any]
IDENTIFICATION = "passport.matcher.v1.Identification"
THRESHOLD = 6.0


async def refuse(context: Context, code: str, reason: str) -> None:
    """End the call with a status as our services give it."""
    detail = Packed()
    detail.Pack(error_details_pb2.ErrorInfo(reason=reason, domain="passport.test"))
    status = status_pb2.Status(code=code_pb2.Code.Value(code), message=reason, details=[detail])
    await context.abort_with_status(rpc_status.to_status(status))


@dataclass
class Memory:
    """Answers by request id: the same request gets the same answer, another one is refused."""

    answers: dict[str, tuple[bytes, Any]] = field(default_factory=dict)

    def earlier(self, request: Any) -> Any:
        """The answer given before, if this very request was answered."""
        content, answer = self.answers.get(request.request_id, (b"", None))
        if answer is not None:
            assert content == request.SerializeToString(deterministic=True), "REQUEST_ID_REUSED"
        return answer

    def keep(self, request: Any, answer: A) -> A:
        """Remember an answer."""
        content = request.SerializeToString(deterministic=True)
        self.answers[request.request_id] = (content, answer)
        return answer


class Server(ABC):
    """A server that can go away and come back at the same address."""

    def __init__(self, pki: Path, service: str, office: str = "national") -> None:
        self._files = issue_certificate(pki, service=service, office=office)
        self._server: grpc.aio.Server | None = None
        self.health = health.aio.HealthServicer()
        self.address = "127.0.0.1:0"

    @abstractmethod
    def add(self, server: grpc.aio.Server) -> None:
        """Add what the server serves."""

    async def start(self) -> None:
        self._server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
        self.add(self._server)
        health_pb2_grpc.add_HealthServicer_to_server(self.health, self._server)
        port = self._server.add_secure_port(self.address, server_credentials(self._files))
        self.address = f"127.0.0.1:{port}"
        await self._server.start()
        for service in ("", IDENTIFICATION):
            await self.health.set(service, health_pb2.HealthCheckResponse.SERVING)

    async def stop(self) -> None:
        if self._server is not None:
            await self._server.stop(None)
        self._server = None


class Matcher(Server, encounters_pb2_grpc.EncountersServicer):
    """Finds everybody whose template holds the same bytes."""

    def __init__(self, pki: Path) -> None:
        super().__init__(pki, "matcher")
        self.encounters: dict[str, encounters_pb2.Encounter] = {}
        self.fingers: dict[str, bytes] = {}
        self.memory = Memory()
        self.asked: list[str] = []
        self.poor: set[bytes] = set()
        self.false_alarms: dict[bytes, str] = {}
        self.busy_calls = 0

    def add(self, server: grpc.aio.Server) -> None:
        encounters_pb2_grpc.add_EncountersServicer_to_server(self, server)

    def enrol(self, person: str, fingers: bytes) -> None:
        """Somebody on record."""
        self._store(f"record-{person}", person, fingers, encounters_pb2.ENCOUNTER_STATUS_ACTIVE)

    def status(self, encounter: str) -> str:
        return encounters_pb2.EncounterStatus.Name(self.encounters[encounter].status)[17:]

    async def CreateEncounter(
        self, request: encounters_pb2.CreateEncounterRequest, context: Context
    ) -> encounters_pb2.CreateEncounterResponse:
        self.asked.append(request.encounter_id)
        if self.busy_calls:
            self.busy_calls -= 1
            await refuse(context, "RESOURCE_EXHAUSTED", "OVERLOADED")
        if (earlier := self.memory.earlier(request)) is not None:
            return earlier  # type: ignore[no-any-return]
        fingers = b"".join(sample.template.data for sample in request.samples)
        if fingers in self.poor:
            await refuse(context, "INVALID_ARGUMENT", "POOR_QUALITY")
        if request.encounter_id in self.encounters:
            await refuse(context, "ALREADY_EXISTS", "ENCOUNTER_EXISTS")
        decision = self._decide(request.encounter_id, fingers)
        pending = encounters_pb2.ENCOUNTER_STATUS_PENDING
        encounter = self._store(request.encounter_id, request.person_id, fingers, pending)
        answer = encounters_pb2.CreateEncounterResponse(encounter=encounter, decision=decision)
        return self.memory.keep(request, answer)

    async def SetEncounterStatus(
        self, request: encounters_pb2.SetEncounterStatusRequest, context: Context
    ) -> encounters_pb2.Encounter:
        if (earlier := self.memory.earlier(request)) is not None:
            return earlier  # type: ignore[no-any-return]
        if request.encounter_id not in self.encounters:
            await refuse(context, "NOT_FOUND", "ENCOUNTER_NOT_FOUND")
        encounter = self.encounters[request.encounter_id]
        encounter.status = request.status
        encounter.revision += 1
        return self.memory.keep(request, encounter)

    def _store(
        self, encounter_id: str, person: str, fingers: bytes, status: Any
    ) -> encounters_pb2.Encounter:
        self.fingers[encounter_id] = fingers
        self.encounters[encounter_id] = encounters_pb2.Encounter(
            encounter_id=encounter_id, person_id=person, status=status, revision=1
        )
        return self.encounters[encounter_id]

    def _decide(self, encounter_id: str, fingers: bytes) -> identification_pb2.Decision:
        people = [
            self.encounters[other].person_id
            for other, stored in self.fingers.items()
            if stored == fingers
        ]
        if fingers in self.false_alarms:
            people.append(self.false_alarms[fingers])
        score = biometrics_pb2.Score(value=9.0, calibration_version="test-1")
        return identification_pb2.Decision(
            decision_id=f"decision-{encounter_id}",
            outcome=identification_pb2.OUTCOME_HIT if people else identification_pb2.OUTCOME_NO_HIT,
            candidates=[
                identification_pb2.Candidate(person_id=person, score=score, hit=True)
                for person in dict.fromkeys(people)
            ],
            threshold=biometrics_pb2.Score(value=THRESHOLD, calibration_version="test-1"),
        )


class Printer(Server, jobs_pb2_grpc.PrintJobsServicer):
    """Checks clearances and makes a book of each job, at once or when told."""

    def __init__(self, pki: Path, office: str, key: Ed25519PublicKey) -> None:
        super().__init__(pki, "printer", office)
        self._office = office
        self._key = key
        self._changed = asyncio.Event()
        self.at_once = True
        self.jobs: dict[str, jobs_pb2.PrintJob] = {}
        self.changes: list[str] = []
        self.memory = Memory()
        self.used: set[str] = set()
        self.books: Counter[str] = Counter()
        self.expire_next = 0

    def add(self, server: grpc.aio.Server) -> None:
        jobs_pb2_grpc.add_PrintJobsServicer_to_server(self, server)

    @property
    def numbers(self) -> list[str]:
        """Document numbers of all jobs, in their order."""
        return [job.document_number for job in self.jobs.values()]

    def finish(self, job_id: str) -> None:
        """The book is good."""
        job = self.jobs[job_id]
        self.books[job.application_id] += 1
        job.book_serial = f"B{sum(self.books.values()):07d}"
        self._set(job, jobs_pb2.PRINT_JOB_STATE_DONE)

    def cancel(self, job_id: str) -> None:
        """An operator gives the job up."""
        self._set(self.jobs[job_id], jobs_pb2.PRINT_JOB_STATE_CANCELLED)

    async def CreatePrintJob(
        self, request: jobs_pb2.CreatePrintJobRequest, context: Context
    ) -> jobs_pb2.PrintJob:
        if (earlier := self.memory.earlier(request)) is not None:
            return earlier  # type: ignore[no-any-return]
        if self.expire_next:
            self.expire_next -= 1
            await refuse(context, "FAILED_PRECONDITION", "CLEARANCE_EXPIRED")
        claims = self._claims(request)
        assert claims["jti"] not in self.used, "CLEARANCE_USED"
        self.used.add(claims["jti"])
        job = jobs_pb2.PrintJob(
            job_id=f"job-{len(self.jobs) + 1}",
            application_id=claims["application_id"],
            document_number=claims["document_number"],
            priority_class=request.priority_class,
        )
        self.jobs[job.job_id] = job
        self._set(job, jobs_pb2.PRINT_JOB_STATE_QUEUED)
        answer = jobs_pb2.PrintJob.FromString(job.SerializeToString())
        self.memory.keep(request, answer)
        if self.at_once:
            self.finish(job.job_id)
        return answer

    async def WatchPrintJobs(
        self, request: jobs_pb2.WatchPrintJobsRequest, context: Context
    ) -> AsyncIterator[jobs_pb2.PrintJobEvent]:
        at = int(request.resume_token or 0)
        if at > len(self.changes):
            await refuse(context, "INVALID_ARGUMENT", "BAD_WATCH_TOKEN")
        while True:
            self._changed.clear()  # first, so that a change during a yield is not slept over
            for job_id in self.changes[at:]:
                at += 1
                yield jobs_pb2.PrintJobEvent(job=self.jobs[job_id], resume_token=str(at))
            await self._changed.wait()

    def _claims(self, request: jobs_pb2.CreatePrintJobRequest) -> dict[str, Any]:
        header = jwt.get_unverified_header(request.clearance)
        assert header["kid"] == "test-key"
        claims: dict[str, Any] = jwt.decode(
            request.clearance, self._key, algorithms=["EdDSA"], options={"verify_exp": False}
        )
        assert claims["payload_sha256"] == hashlib.sha256(request.payload).hexdigest()
        assert claims["office"] == self._office
        data = jobs_pb2.PersonalisationData.FromString(request.payload)
        assert data.document_number == claims["document_number"]
        return claims

    def _set(self, job: jobs_pb2.PrintJob, state: Any) -> None:
        job.state = state
        self.changes.append(job.job_id)
        self._changed.set()
