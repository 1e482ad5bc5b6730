"""Encounters on the wire."""

from passport.matcher.v1 import encounters_pb2 as pb
from passport.matcher.v1 import encounters_pb2_grpc
from servicekit.grpc.client_channel import downstream_timeout
from servicekit.grpc.server import Context
from servicekit.storage.idempotency import IdempotentRequests

from matcher.domain.biometrics import EncounterStatus
from matcher.service import decode, encode
from matcher.service.answer_once import answer_once
from matcher.use_cases.curate import Curate
from matcher.use_cases.enrol import Enrol


class Encounters(encounters_pb2_grpc.EncountersServicer):
    """What people have given us of their fingers."""

    def __init__(self, once: IdempotentRequests, enrol: Enrol, curate: Curate) -> None:
        self._once = once
        self._enrol = enrol
        self._curate = curate

    async def CreateEncounter(
        self, request: pb.CreateEncounterRequest, context: Context
    ) -> pb.CreateEncounterResponse:
        """Store fingers, look for duplicates if asked."""
        enrolment, within = decode.enrolment(request), downstream_timeout(context)
        return await answer_once(
            self._once, request, encode.enrolled, pb.CreateEncounterResponse,
            lambda keep: self._enrol(enrolment, keep, within=within),
        )  # fmt: skip

    async def GetEncounter(self, request: pb.GetEncounterRequest, context: Context) -> pb.Encounter:
        """Show one."""
        return encode.encounter(await self._curate.get(request.encounter_id))

    async def SetEncounterStatus(
        self, request: pb.SetEncounterStatusRequest, context: Context
    ) -> pb.Encounter:
        """Move one."""
        status = EncounterStatus(request.status)
        return await answer_once(
            self._once, request, encode.encounter, pb.Encounter,
            lambda keep: self._curate.set_status(
                request.encounter_id, status, request.revision, keep
            ),
        )  # fmt: skip

    async def DeleteEncounter(
        self, request: pb.DeleteEncounterRequest, context: Context
    ) -> pb.DeleteEncounterResponse:
        """Remove one."""
        return await answer_once(
            self._once, request, encode.deleted, pb.DeleteEncounterResponse,
            lambda keep: self._curate.delete(request.encounter_id, keep),
        )  # fmt: skip
