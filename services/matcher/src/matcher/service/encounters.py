"""Servicer of `Encounters`: store, show, change and delete encounters."""

from passport.matcher.v1 import encounters_pb2 as pb
from passport.matcher.v1 import encounters_pb2_grpc
from servicekit.grpc.client_channel import downstream_timeout
from servicekit.grpc.server import Context
from servicekit.storage.idempotency import IdempotentRequests

from matcher.domain.encounter import EncounterStatus
from matcher.service import decode, encode
from matcher.service.idempotent_changes import answer_once
from matcher.store.store import Store
from matcher.use_cases.change_encounter import DeleteEncounter, SetEncounterStatus
from matcher.use_cases.enrol import Enrol


class Encounters(encounters_pb2_grpc.EncountersServicer):
    """Stores, shows, changes and deletes encounters; searches for duplicates."""

    def __init__(
        self,
        requests: IdempotentRequests,
        store: Store,
        enrol: Enrol,
        set_status: SetEncounterStatus,
        delete: DeleteEncounter,
    ) -> None:
        self._requests = requests
        self._store = store
        self._enrol = enrol
        self._set_status = set_status
        self._delete = delete

    async def CreateEncounter(
        self, request: pb.CreateEncounterRequest, context: Context
    ) -> pb.CreateEncounterResponse:
        """Store fingers, and search for duplicates if asked to."""
        enrolment, seconds_left = decode.enrolment(request), downstream_timeout(context)
        return await answer_once(
            self._requests, request, encode.enrolled, pb.CreateEncounterResponse,
            lambda store_response: self._enrol(
                enrolment, store_response, seconds_left=seconds_left
            ),
        )  # fmt: skip

    async def GetEncounter(self, request: pb.GetEncounterRequest, context: Context) -> pb.Encounter:
        """Return an encounter without its biometric data."""
        async with self._store.read() as records:
            return encode.encounter(await records.encounters.get(request.encounter_id))

    async def SetEncounterStatus(
        self, request: pb.SetEncounterStatusRequest, context: Context
    ) -> pb.Encounter:
        """Set the status of an encounter."""
        status = EncounterStatus(request.status)
        return await answer_once(
            self._requests, request, encode.encounter, pb.Encounter,
            lambda store_response: self._set_status(
                request.encounter_id, status, request.revision, store_response
            ),
        )  # fmt: skip

    async def DeleteEncounter(
        self, request: pb.DeleteEncounterRequest, context: Context
    ) -> pb.DeleteEncounterResponse:
        """Delete an encounter with its templates and images."""
        return await answer_once(
            self._requests, request, encode.deleted, pb.DeleteEncounterResponse,
            lambda store_response: self._delete(request.encounter_id, store_response),
        )  # fmt: skip
