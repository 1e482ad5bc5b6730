"""Matchers as processes of their own, and callers of them over mutual TLS."""

import json
import multiprocessing
import socket
import time
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import grpc
from google.rpc import error_details_pb2  # type: ignore[import-untyped]
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_status import rpc_status
from matcher.__main__ import main
from matcher.config import Settings
from passport.matcher.v1 import (
    admin_pb2,
    admin_pb2_grpc,
    encounters_pb2,
    encounters_pb2_grpc,
    identification_pb2,
    identification_pb2_grpc,
)
from passport.type.v1 import biometrics_pb2
from servicekit.security.development_certificates import issue_certificate
from servicekit.security.tls import TlsFiles

POLICY = Path(__file__).parents[3] / "deploy" / "policy" / "policy.toml"
TIMEOUT_SECONDS = 60.0
_OPTIONS = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)]

# Children are forked from a process that has the libraries loaded: that takes seconds otherwise.
_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["matcher.bootstrap"])


class Matcher:
    """A matcher whose database and snapshot lie in a folder that outlives its process."""

    def __init__(self, folder: Path, pki: Path, **settings: Any) -> None:
        self.folder = folder
        self.pki = pki
        self._settings = settings
        self._process: Any = None
        self.address = ""
        folder.mkdir(parents=True, exist_ok=True)

    def settings(self, **others: Any) -> Settings:
        """The settings it runs with."""
        files = issue_certificate(self.pki, service="matcher")
        values: dict[str, Any] = {
            "listen": self.address or "127.0.0.1:0",
            "certificate": files.certificate,
            "private_key": files.private_key,
            "authority": files.authority,
            "policy_file": POLICY,
            "database_url": f"sqlite+aiosqlite:///{self.folder}/matcher.sqlite",
            "snapshot_file": self.folder / "index.snapshot",
            "environment": "test",
            "log_level": "error",
            "workers": 2,
        }
        return Settings.load(**(values | self._settings | others))

    def command(self, name: str) -> None:
        """Run a command of the matcher's command line on its database."""
        main([name, "--config", str(self.write(self.settings()))])

    def start(self, failpoints: str = "", until: int = admin_pb2.SERVICE_LEVEL_FULL) -> "Matcher":
        """Start the process and wait until it can do everything."""
        self.address = f"127.0.0.1:{_free_port()}"
        config = self.write(self.settings(failpoints=failpoints))
        self._process = _forks.Process(
            target=main, args=(["serve", "--config", str(config)],), daemon=True
        )
        self._process.start()
        self._wait(until)
        return self

    def stop(self) -> None:
        """End it gracefully."""
        self._process.terminate()
        self.wait_for_end()

    def kill(self) -> None:
        """End it without a warning, as a power cut would."""
        self._process.kill()
        self.wait_for_end()

    def wait_for_end(self) -> int:
        """Wait until it is gone; returns its exit code, -9 if it was killed."""
        self._process.join(TIMEOUT_SECONDS)
        code: int | None = self._process.exitcode
        assert code is not None, "it did not end"
        return code

    def is_alive(self) -> bool:
        """Whether its process runs."""
        return bool(self._process is not None and self._process.is_alive())

    def identity(self, service: str = "issuance") -> TlsFiles:
        """The files of a calling service."""
        return issue_certificate(self.pki, service=service)

    def administrator(self) -> TlsFiles:
        """The files of a calling administrator."""
        return issue_certificate(self.pki, user="ani", role="administrator")

    def status(self) -> admin_pb2.MatcherStatus:
        """Return the answer to GetStatus."""
        with self._channel() as channel:
            stub: Any = admin_pb2_grpc.MatcherAdminStub(channel)
            answer: admin_pb2.MatcherStatus = stub.GetStatus(
                admin_pb2.GetStatusRequest(), timeout=TIMEOUT_SECONDS, wait_for_ready=True
            )
            return answer

    def serves(self, service: str) -> bool:
        """Whether its health says that a service serves."""
        with self._channel() as channel:
            stub: Any = health_pb2_grpc.HealthStub(channel)
            request = health_pb2.HealthCheckRequest(service=service)
            answer = stub.Check(request, timeout=TIMEOUT_SECONDS)
            return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)

    def _wait(self, level: int) -> None:
        end = time.monotonic() + TIMEOUT_SECONDS
        while self.status().level != level:
            assert self._process.is_alive(), "the matcher ended"
            assert time.monotonic() < end, f"the matcher is not ready: {self.status()}"
            time.sleep(0.02)

    @contextmanager
    def _channel(self) -> Iterator[grpc.Channel]:
        credentials = self.administrator().channel_credentials()
        with grpc.secure_channel(self.address, credentials) as channel:
            yield channel

    def write(self, settings: Settings) -> Path:
        """Put settings into a file."""
        path = self.folder / "matcher.toml"
        values = settings.model_dump(mode="json", exclude_none=True)
        path.write_text("".join(f"{key} = {json.dumps(v)}\n" for key, v in values.items()))
        return path


class Caller:
    """A client of a matcher; request ids are new UUIDs unless given."""

    def __init__(self, matcher: Matcher, tls: TlsFiles | None = None) -> None:
        credentials = (tls or matcher.identity()).channel_credentials()
        self._channel = grpc.aio.secure_channel(matcher.address, credentials, options=_OPTIONS)
        self._encounters: Any = encounters_pb2_grpc.EncountersStub(self._channel)
        self._identification: Any = identification_pb2_grpc.IdentificationStub(self._channel)
        self._verification: Any = identification_pb2_grpc.VerificationStub(self._channel)
        self._evidence: Any = identification_pb2_grpc.EvidenceStub(self._channel)

    async def close(self) -> None:
        """Close the channel."""
        await self._channel.close()

    async def enrol(
        self,
        encounter_id: str,
        samples: Sequence[biometrics_pb2.FingerSample],
        *,
        person_id: str | None = None,
        check: bool = False,
        request_id: str | None = None,
        target_fpir: float = 0,
    ) -> encounters_pb2.CreateEncounterResponse:
        """CreateEncounter."""
        request = encounters_pb2.CreateEncounterRequest(
            request_id=request_id or str(uuid4()),
            encounter_id=encounter_id,
            person_id=person_id or f"person-of-{encounter_id}",
            samples=samples,
            check_duplicates=check,
            search=identification_pb2.SearchPolicy(target_fpir=target_fpir),
        )
        answer: encounters_pb2.CreateEncounterResponse = await self._encounters.CreateEncounter(
            request, timeout=TIMEOUT_SECONDS
        )
        return answer

    async def get(self, encounter_id: str) -> encounters_pb2.Encounter:
        """GetEncounter."""
        request = encounters_pb2.GetEncounterRequest(encounter_id=encounter_id)
        answer: encounters_pb2.Encounter = await self._encounters.GetEncounter(
            request, timeout=TIMEOUT_SECONDS
        )
        return answer

    async def set_status(
        self, encounter_id: str, status: int, *, revision: int = 0, request_id: str | None = None
    ) -> encounters_pb2.Encounter:
        """SetEncounterStatus."""
        request = encounters_pb2.SetEncounterStatusRequest(
            request_id=request_id or str(uuid4()),
            encounter_id=encounter_id,
            status=encounters_pb2.EncounterStatus.ValueType(status),
            revision=revision,
        )
        answer: encounters_pb2.Encounter = await self._encounters.SetEncounterStatus(
            request, timeout=TIMEOUT_SECONDS
        )
        return answer

    async def delete(
        self, encounter_id: str, *, request_id: str | None = None
    ) -> encounters_pb2.DeleteEncounterResponse:
        """DeleteEncounter."""
        request = encounters_pb2.DeleteEncounterRequest(
            request_id=request_id or str(uuid4()), encounter_id=encounter_id
        )
        answer: encounters_pb2.DeleteEncounterResponse = await self._encounters.DeleteEncounter(
            request, timeout=TIMEOUT_SECONDS
        )
        return answer

    async def identify(
        self,
        probe: identification_pb2.FingerSource,
        *,
        seen: str = "",
        request_id: str | None = None,
        timeout: float = TIMEOUT_SECONDS,  # noqa: ASYNC109  it travels with the call
    ) -> identification_pb2.Decision:
        """Identify."""
        request = identification_pb2.IdentifyRequest(
            request_id=request_id or str(uuid4()), probe=probe, min_change_token=seen
        )
        answer: identification_pb2.Decision = await self._identification.Identify(
            request, timeout=timeout
        )
        return answer

    async def verify(
        self,
        probe: identification_pb2.FingerSource,
        reference: identification_pb2.FingerSource,
    ) -> identification_pb2.Decision:
        """Verify."""
        request = identification_pb2.VerifyRequest(
            request_id=str(uuid4()), probe=probe, reference=reference
        )
        answer: identification_pb2.Decision = await self._verification.Verify(
            request, timeout=TIMEOUT_SECONDS
        )
        return answer

    async def decision(self, decision_id: str) -> identification_pb2.Decision:
        """GetDecision."""
        request = identification_pb2.GetDecisionRequest(decision_id=decision_id)
        answer: identification_pb2.Decision = await self._evidence.GetDecision(
            request, timeout=TIMEOUT_SECONDS
        )
        return answer

    async def draw(
        self, decision_id: str, person_id: str
    ) -> identification_pb2.DrawDecisionResponse:
        """DrawDecision."""
        request = identification_pb2.DrawDecisionRequest(
            decision_id=decision_id, person_id=person_id
        )
        answer: identification_pb2.DrawDecisionResponse = await self._evidence.DrawDecision(
            request, timeout=TIMEOUT_SECONDS
        )
        return answer


class Refusal:
    """Why a call that must be refused was: code, reason, metadata, fields at fault, retry delay."""

    def __init__(self, error: grpc.aio.AioRpcError) -> None:
        self.code = error.code().name
        self.reason, self.fields, self.may_retry = "", list[str](), False
        self.metadata: dict[str, str] = {}
        status = rpc_status.from_call(cast(grpc.Call, error))
        for detail in status.details if status else ():
            info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
            if detail.Unpack(info):
                self.reason, self.metadata = info.reason, dict(info.metadata)
            elif detail.Unpack(bad):
                self.fields = [violation.field for violation in bad.field_violations]
            else:
                self.may_retry = detail.Is(error_details_pb2.RetryInfo.DESCRIPTOR)


async def refusal(call: Awaitable[Any]) -> Refusal:
    """The refusal of a call."""
    try:
        answer = await call
    except grpc.aio.AioRpcError as error:
        return Refusal(error)
    raise AssertionError(f"the call was answered: {answer}")


def hits(decision: identification_pb2.Decision) -> list[str]:
    """The persons at or above the threshold, best first."""
    return [candidate.person_id for candidate in decision.candidates if candidate.hit]


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
