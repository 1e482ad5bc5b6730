"""Clients of a matcher over mutual TLS, and what refusals say."""

from collections.abc import Awaitable, Sequence
from typing import Any, cast
from uuid import uuid4

import grpc
from google.rpc import error_details_pb2  # type: ignore[import-untyped]
from grpc_status import rpc_status
from passport.matcher.v1 import (
    biometrics_pb2_grpc,
    encounters_pb2,
    encounters_pb2_grpc,
    identification_pb2,
    identification_pb2_grpc,
)
from passport.type.v1 import biometrics_pb2
from servicekit.security.tls import TlsFiles

from .matcher_process import CONNECTS_OFTEN, TIMEOUT_SECONDS, Matcher

_OPTIONS = [
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
    *CONNECTS_OFTEN,
]


class Caller:
    """A client of a matcher; request ids are new UUIDs unless given."""

    def __init__(self, matcher: Matcher, tls: TlsFiles | None = None) -> None:
        credentials = (tls or matcher.identity()).channel_credentials()
        self.channel = grpc.aio.secure_channel(matcher.address, credentials, options=_OPTIONS)
        self.biometrics: Any = biometrics_pb2_grpc.BiometricsStub(self.channel)
        self.encounters: Any = encounters_pb2_grpc.EncountersStub(self.channel)
        self.identification: Any = identification_pb2_grpc.IdentificationStub(self.channel)
        self._verification: Any = identification_pb2_grpc.VerificationStub(self.channel)
        self._evidence: Any = identification_pb2_grpc.EvidenceStub(self.channel)

    async def close(self) -> None:
        """Close the channel."""
        await self.channel.close()

    async def enrol(
        self,
        encounter_id: str,
        samples: Sequence[biometrics_pb2.FingerSample],
        *,
        person_id: str | None = None,
        check: bool = False,
        request_id: str | None = None,
        target_fpir: float = 0,
        office_id: str = "",
        slaps: Sequence[biometrics_pb2.SlapSample] = (),
        galleries: Sequence[str] = (),
        confirmed_different: bool = False,
    ) -> encounters_pb2.CreateEncounterResponse:
        """CreateEncounter."""
        request = encounters_pb2.CreateEncounterRequest(
            request_id=request_id or str(uuid4()),
            encounter_id=encounter_id,
            person_id=person_id or f"person-of-{encounter_id}",
            samples=samples,
            slaps=slaps,
            check_duplicates=check,
            office_id=office_id,
            galleries=galleries,
            confirmed_different=confirmed_different,
            search=identification_pb2.SearchPolicy(target_fpir=target_fpir),
        )
        answer: encounters_pb2.CreateEncounterResponse = await self.encounters.CreateEncounter(
            request, timeout=TIMEOUT_SECONDS
        )
        return answer

    async def get(self, encounter_id: str) -> encounters_pb2.Encounter:
        """GetEncounter."""
        request = encounters_pb2.GetEncounterRequest(encounter_id=encounter_id)
        answer: encounters_pb2.Encounter = await self.encounters.GetEncounter(
            request, timeout=TIMEOUT_SECONDS
        )
        return answer

    async def set_status(
        self,
        encounter_id: str,
        status: int,
        *,
        revision: int = 0,
        reason: str = "",
        on_behalf_of: str = "",
        request_id: str | None = None,
    ) -> encounters_pb2.Encounter:
        """SetEncounterStatus. on_behalf_of: URI of a person."""
        request = encounters_pb2.SetEncounterStatusRequest(
            request_id=request_id or str(uuid4()),
            encounter_id=encounter_id,
            status=encounters_pb2.EncounterStatus.ValueType(status),
            revision=revision,
            reason=reason,
        )
        answer: encounters_pb2.Encounter = await self.encounters.SetEncounterStatus(
            request,
            timeout=TIMEOUT_SECONDS,
            metadata=[("on-behalf-of", on_behalf_of)] if on_behalf_of else [],
        )
        return answer

    async def delete(
        self, encounter_id: str, *, request_id: str | None = None, on_behalf_of: str = ""
    ) -> encounters_pb2.DeleteEncounterResponse:
        """DeleteEncounter. on_behalf_of: URI of a person."""
        request = encounters_pb2.DeleteEncounterRequest(
            request_id=request_id or str(uuid4()), encounter_id=encounter_id
        )
        answer: encounters_pb2.DeleteEncounterResponse = await self.encounters.DeleteEncounter(
            request,
            timeout=TIMEOUT_SECONDS,
            metadata=[("on-behalf-of", on_behalf_of)] if on_behalf_of else [],
        )
        return answer

    async def identify(
        self,
        probe: identification_pb2.FingerSource,
        *,
        seen: str = "",
        request_id: str | None = None,
        timeout: float = TIMEOUT_SECONDS,  # noqa: ASYNC109  it travels with the call
        on_behalf_of: str = "",
        **search: Any,
    ) -> identification_pb2.Decision:
        """Identify. search: fields of the SearchPolicy. on_behalf_of: URI of a person."""
        request = identification_pb2.IdentifyRequest(
            request_id=request_id or str(uuid4()),
            probe=probe,
            min_change_token=seen,
            search=identification_pb2.SearchPolicy(**search),
        )
        answer: identification_pb2.Decision = await self.identification.Identify(
            request,
            timeout=timeout,
            metadata=[("on-behalf-of", on_behalf_of)] if on_behalf_of else [],
        )
        return answer

    async def verify(
        self,
        probe: identification_pb2.FingerSource,
        reference: identification_pb2.FingerSource,
        request_id: str = "",
        **options: Any,
    ) -> identification_pb2.Decision:
        """Verify."""
        request = identification_pb2.VerifyRequest(
            request_id=request_id or str(uuid4()), probe=probe, reference=reference, **options
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

    async def decisions(self, **fields: Any) -> identification_pb2.ListDecisionsResponse:
        """ListDecisions. fields: of the request."""
        request = identification_pb2.ListDecisionsRequest(**fields)
        answer: identification_pb2.ListDecisionsResponse = await self._evidence.ListDecisions(
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

    async def draw_alteration(
        self, decision_id: str, position: int = 0
    ) -> identification_pb2.DrawAlterationResponse:
        """DrawAlteration. position: of a finger; 0 for the one with the highest score."""
        request = identification_pb2.DrawAlterationRequest(
            decision_id=decision_id,
            position=biometrics_pb2.FingerPosition.ValueType(position),
        )
        answer: identification_pb2.DrawAlterationResponse = await self._evidence.DrawAlteration(
            request, timeout=TIMEOUT_SECONDS
        )
        return answer


class Refusal:
    """Why a call that must be refused was: code, reason, metadata, fields at fault, retry delay."""

    def __init__(self, error: grpc.aio.AioRpcError) -> None:
        self.code = error.code().name
        self.message = error.details() or ""
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
