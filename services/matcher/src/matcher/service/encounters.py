"""Servicer of `Encounters`: store, show, change, delete and import encounters."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing

from google.longrunning import operations_pb2
from passport.matcher.v1 import encounters_pb2 as pb
from passport.matcher.v1 import encounters_pb2_grpc
from servicekit.grpc import page_tokens
from servicekit.grpc.call_audit import add_audit_facts
from servicekit.grpc.client_channel import downstream_timeout
from servicekit.grpc.server import Context
from servicekit.storage.idempotency import IdempotentRequests

from matcher.domain.encounter import Encounter, EncounterStatus
from matcher.service import decode
from matcher.service import encode_encounters as encode
from matcher.service.decision_audit import audit_enrolled, audit_enrolment
from matcher.service.idempotent_changes import answer_once
from matcher.service.start_operation import SECONDS_TO_CATCH_UP, StartOperation, operation_method
from matcher.store.store import Store, StoreResponse
from matcher.use_cases.change_encounter import DeletedEncounter
from matcher.use_cases.change_person import ChangePerson
from matcher.use_cases.enrol import Enrolled
from matcher.use_cases.get_template import GetTemplate
from matcher.use_cases.run_operations import OperationMethod, RunningOperation
from matcher.use_cases.serving_bundle import ServingBundle

START_CREATE_ENCOUNTER = "passport.matcher.v1.Encounters/StartCreateEncounter"

EncounterChange = (
    pb.UpdateEncounterRequest
    | pb.SetGalleriesRequest
    | pb.SetEncounterStatusRequest
    | pb.MoveEncounterRequest
)
"""A request that changes one encounter and is answered with it."""


class Encounters(encounters_pb2_grpc.EncountersServicer):
    """Stores, shows, changes, deletes and imports encounters; searches for duplicates."""

    def __init__(
        self,
        requests: IdempotentRequests,
        store: Store,
        serving: ServingBundle,
        change_person: ChangePerson,
        get_template: GetTemplate,
        start: StartOperation,
    ) -> None:
        self._requests = requests
        self._store = store
        self._serving = serving
        self._change_person = change_person
        self._get_template = get_template
        self._start = start

    async def CreateEncounter(
        self, request: pb.CreateEncounterRequest, context: Context
    ) -> pb.CreateEncounterResponse:
        """Store fingers, and search for duplicates if asked to."""
        audit_enrolment(request)
        enrolment, seconds_left = await decode.enrolment(request), downstream_timeout(context)
        answer = await answer_once(
            self._requests, request, encode.enrolled, pb.CreateEncounterResponse,
            lambda store_response: self._serving.current.enrol(
                enrolment, store_response, seconds_left=seconds_left
            ),
            enrolment.request_digest,
        )  # fmt: skip
        return audit_enrolled(answer)

    async def StartCreateEncounter(
        self, request: pb.CreateEncounterRequest, context: Context
    ) -> operations_pb2.Operation:
        """Start an enrolment whose result is fetched later."""
        audit_enrolment(request)
        enrolment = await decode.enrolment(request)  # refuses what no operation could carry out
        return await self._start(
            request,
            START_CREATE_ENCOUNTER,
            priority=request.search.priority,
            office_id=enrolment.office_id,
            digest=enrolment.request_digest,
        )

    async def GetEncounter(self, request: pb.GetEncounterRequest, context: Context) -> pb.Encounter:
        """Return an encounter without its biometric data."""
        add_audit_facts(encounter_id=request.encounter_id)
        async with self._store.read() as records:
            found = await records.encounters.get(request.encounter_id, decode.office_scope())
        add_audit_facts(person_id=found.person_id)
        return encode.encounter(found)

    async def ListEncounters(
        self, request: pb.ListEncountersRequest, context: Context
    ) -> pb.ListEncountersResponse:
        """Return encounters by the order of their addition."""
        after, size = page_tokens.decode_number(request.page_token), decode.page_size(request)
        async with self._store.read() as records:
            found = await records.encounters.page(
                decode.encounter_filter(request), decode.office_scope(), after, size + 1
            )
        return encode.encounters_page(found, size)

    async def UpdateEncounter(
        self, request: pb.UpdateEncounterRequest, context: Context
    ) -> pb.Encounter:
        """Replace the fingers or the galleries of an encounter."""
        by, (samples, galleries) = decode.origin(request), decode.replaced_contents(request)
        return await self._change_once(
            request,
            lambda store_response: self._serving.current.change_encounter.replace(
                request.encounter_id, samples, galleries, request.revision, by, store_response
            ),
        )

    async def SetGalleries(self, request: pb.SetGalleriesRequest, context: Context) -> pb.Encounter:
        """Replace the list of galleries that an encounter belongs to."""
        by, galleries = decode.origin(request), tuple(sorted(request.galleries))
        return await self._change_once(
            request,
            lambda store_response: self._serving.current.change_encounter.replace(
                request.encounter_id, None, galleries, request.revision, by, store_response
            ),
        )

    async def SetEncounterStatus(
        self, request: pb.SetEncounterStatusRequest, context: Context
    ) -> pb.Encounter:
        """Set the status of an encounter."""
        by, status = decode.origin(request), EncounterStatus(request.status)
        return await self._change_once(
            request,
            lambda store_response: self._serving.current.change_encounter.set_status(
                request.encounter_id, status, request.revision, request.reason, by, store_response
            ),
        )

    async def MoveEncounter(
        self, request: pb.MoveEncounterRequest, context: Context
    ) -> pb.Encounter:
        """Move an encounter to another person."""
        by = decode.origin(request)
        return await self._change_once(
            request,
            lambda store_response: self._serving.current.change_encounter.move(
                request.encounter_id, request.person_id, request.revision, by, store_response
            ),
        )

    async def DeleteEncounter(
        self, request: pb.DeleteEncounterRequest, context: Context
    ) -> pb.DeleteEncounterResponse:
        """Delete an encounter with its templates and images."""
        add_audit_facts(encounter_id=request.encounter_id)
        by = decode.origin(request)

        async def delete(store_response: StoreResponse[DeletedEncounter]) -> DeletedEncounter:
            deleted = await self._serving.current.change_encounter.delete(
                request.encounter_id, by, store_response
            )
            add_audit_facts(person_id=deleted.person_id)
            return deleted

        return await answer_once(
            self._requests, request, encode.deleted_encounter, pb.DeleteEncounterResponse, delete
        )

    async def DeletePerson(
        self, request: pb.DeletePersonRequest, context: Context
    ) -> pb.DeletePersonResponse:
        """Delete all encounters of a person."""
        add_audit_facts(person_id=request.person_id)
        by = decode.origin(request)
        answer = await answer_once(
            self._requests, request, encode.deleted_person, pb.DeletePersonResponse,
            lambda store_response: self._change_person.delete(
                request.person_id, by, store_response
            ),
        )  # fmt: skip
        add_audit_facts(encounter_ids=[*answer.encounter_ids])
        return answer

    async def MergePersons(
        self, request: pb.MergePersonsRequest, context: Context
    ) -> pb.MergePersonsResponse:
        """Move all encounters of a person to another one."""
        add_audit_facts(person_ids=[request.from_person_id, request.into_person_id])
        by = decode.origin(request)
        return await answer_once(
            self._requests, request, encode.merged, pb.MergePersonsResponse,
            lambda store_response: self._change_person.merge(
                request.from_person_id, request.into_person_id, by, store_response
            ),
        )  # fmt: skip

    async def UndoMerge(
        self, request: pb.UndoMergeRequest, context: Context
    ) -> pb.UndoMergeResponse:
        """Give back the encounters that a merge moved."""
        add_audit_facts(merge_id=request.merge_id)
        by = decode.origin(request)
        return await answer_once(
            self._requests, request, encode.undone_merge, pb.UndoMergeResponse,
            lambda store_response: self._change_person.undo_merge(
                request.merge_id, by, store_response
            ),
        )  # fmt: skip

    async def GetTemplate(
        self, request: pb.GetTemplateRequest, context: Context
    ) -> pb.GetTemplateResponse:
        """Return the template of a stored finger."""
        add_audit_facts(encounter_id=request.encounter_id)
        edition, scope = decode.edition(request.format), decode.office_scope()
        found = await self._get_template(request.encounter_id, request.position, edition, scope)
        add_audit_facts(person_id=found.person_id)
        return encode.template(found.template, edition)

    async def ImportEncounters(
        self, requests: AsyncIterator[pb.ImportEncountersRequest], context: Context
    ) -> AsyncIterator[pb.ImportEncountersResponse]:
        """Store encounters of an existing register."""
        counts = Counter[str]()
        store_all = self._serving.current.import_encounters
        async with aclosing(store_all(decode.import_requests(requests))) as batches:
            async for batch in batches:
                for acknowledgement in batch:
                    yield encode.acknowledgement(acknowledgement)
                counts.update(each.result.name.lower() for each in batch)
                add_audit_facts(**counts)

    async def _change_once(
        self,
        request: EncounterChange,
        change: Callable[[StoreResponse[Encounter]], Awaitable[Encounter]],
    ) -> pb.Encounter:
        """Answer a change of one encounter; the audit log names it and its person."""
        add_audit_facts(encounter_id=request.encounter_id)
        answer = await answer_once(self._requests, request, encode.encounter, pb.Encounter, change)
        add_audit_facts(person_id=answer.person_id)
        return answer


def enrol_operations(store: Store, serving: ServingBundle) -> OperationMethod:
    """Return how the operations of StartCreateEncounter are carried out.

    One whose encounter is committed goes on to its end: others may have found the encounter.
    """

    async def is_added(request: pb.CreateEncounterRequest) -> bool:
        enrolment = await decode.enrolment(request)
        async with store.read() as records:
            return await records.encounters.added_by_request(enrolment) is not None

    async def carry_out(
        request: pb.CreateEncounterRequest,
        store_response: StoreResponse[Enrolled],
        _running: RunningOperation,
    ) -> Enrolled:
        audit_enrolment(request)
        enrolment = await decode.enrolment(request)
        enrolled = await serving.current.enrol(
            enrolment, store_response, seconds_left=SECONDS_TO_CATCH_UP
        )
        audit_enrolled(encode.enrolled(enrolled))
        return enrolled

    return operation_method(pb.CreateEncounterRequest, encode.enrolled, carry_out, is_added)
