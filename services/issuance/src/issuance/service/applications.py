"""Servicer of `passport.issuance.v1.Applications`: from the counter to the hand-over."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, datetime

from passport.issuance.v1 import applications_pb2 as pb
from passport.issuance.v1 import applications_pb2_grpc
from servicekit.grpc.call_audit import add_audit_facts
from servicekit.grpc.server import Context
from servicekit.process.clock import Clock
from servicekit.security.identity import NATIONAL, current_caller
from servicekit.storage.idempotency import nothing_to_prepare

from issuance.domain.actor import Actor
from issuance.domain.case import Case
from issuance.domain.events import ApplicationEvent
from issuance.domain.history import NO_DETAILS, EventDetails
from issuance.domain.office import Office
from issuance.domain.outage_policy import OutagePolicy
from issuance.domain.portrait import AcceptedPhoto
from issuance.domain.portrait_exception import PortraitException
from issuance.domain.search import SearchCriteria, require_one_person
from issuance.domain.tariff import Tariff
from issuance.domain.transitions import find_transition
from issuance.domain.validity import ValidityRule
from issuance.service import encode_applications as encode
from issuance.service.application_watches import ApplicationWatches
from issuance.service.decode import (
    decode_contact,
    decode_correction,
    decode_documents,
    decode_fingers,
    decode_holder,
    decode_interview,
    decode_portrait_exception,
    decode_proxy,
)
from issuance.service.encode_history import history_entry
from issuance.service.encode_values import timestamp
from issuance.service.encode_waiting import wait_explanation
from issuance.service.enum_codes import (
    APPLICATION_STATE_OF,
    APPLICATION_TYPE_OF,
    COLLECTOR_OF,
    PRIORITY_CLASS_OF,
)
from issuance.service.idempotent_changes import IdempotentChanges, current_actor
from issuance.service.office_scope import known_office, require_own_office, visible_office
from issuance.service.paging import next_page_token, page_request
from issuance.service.search import (
    decode_search,
    decode_search_page,
    encode_found,
    encode_search,
    encode_whereabouts,
)
from issuance.store.records import Records, Store
from issuance.use_cases.accept_documents import accept_documents, accept_force_majeure
from issuance.use_cases.appeal import appeal
from issuance.use_cases.application_details import application_details
from issuance.use_cases.application_steps import (
    appoint_proxy,
    approve,
    correct_data,
    except_portrait,
    hand_over,
    refuse,
    submit_portrait,
    withdraw,
)
from issuance.use_cases.apply_transition import ApplyTransition
from issuance.use_cases.change_contact import change_contact
from issuance.use_cases.create_application import NewApplication, create_application
from issuance.use_cases.document_numbers import DocumentNumbers
from issuance.use_cases.emergency_document import (
    cancel_emergency_document,
    request_emergency_document,
)
from issuance.use_cases.explain_wait import explain_wait
from issuance.use_cases.office_directory import OfficeDirectory
from issuance.use_cases.record_interview import record_interview
from issuance.use_cases.record_payment import record_payment
from issuance.use_cases.retake_biometrics import retake_biometrics
from issuance.use_cases.search_applications import search_applications
from issuance.use_cases.travel_bans import TravelBans, clear_travel_ban
from issuance.use_cases.without_fingerprints import establish_identity, submit_fingers

CheckPhoto = Callable[[bytes, PortraitException | None], Awaitable[AcceptedPhoto]]
"""Returns a photo as it is printed, for some reason with defects. Raises PortraitRefused."""
Change = Callable[[Records, Case, Actor, datetime], Awaitable[Case]]
"""Changes a case in the name of an actor at an instant, and returns it."""
ChangeRequest = (
    pb.AcceptDocumentsRequest
    | pb.AcceptForceMajeureRequest
    | pb.RefuseDocumentsRequest
    | pb.RecordPaymentRequest
    | pb.SubmitBiometricsRequest
    | pb.RecordInterviewRequest
    | pb.EstablishIdentityRequest
    | pb.RequestEmergencyDocumentRequest
    | pb.CancelEmergencyDocumentRequest
    | pb.CorrectDataRequest
    | pb.ApproveRequest
    | pb.ClearHoldRequest
    | pb.RefuseRequest
    | pb.WithdrawRequest
    | pb.RetakeBiometricsRequest
    | pb.AppealRequest
    | pb.HandOverRequest
    | pb.ChangeContactRequest
    | pb.AppointProxyRequest
)
"""Requests that change one application, of a revision that the caller has seen."""


class ApplicationsService(applications_pb2_grpc.ApplicationsServicer):
    """Takes in applications, records the steps that people take with them, and shows them."""

    def __init__(
        self,
        offices: OfficeDirectory,
        store: Store,
        changes: IdempotentChanges,
        apply_transition: ApplyTransition,
        clock: Clock,
        new_id: Callable[[], str],
        check_photo: CheckPhoto,
        numbers: DocumentNumbers,
        validity: ValidityRule,
        tariff: Tariff | None,
        travel_bans: TravelBans,
        watches: ApplicationWatches,
        policy: OutagePolicy,
    ) -> None:
        self._policy = policy
        self._tariff = tariff
        self._validity = validity
        self._watches = watches
        self._numbers = numbers
        self._travel_bans = travel_bans
        self._check_photo = check_photo
        self._offices = offices
        self._store = store
        self._changes = changes
        self._apply_transition = apply_transition
        self._clock = clock
        self._new_id = new_id

    async def CreateApplication(
        self, request: pb.CreateApplicationRequest, context: Context
    ) -> pb.Application:
        """Take an application in."""
        new = self._new_application(request)

        async def create(records: Records) -> pb.Application:
            by, now = current_actor(), self._clock.now()
            case = await create_application(records, new, by, now, self._new_id)
            return await self._encode(records, case)

        return await self._changes.run(request, pb.Application, create)

    async def GetApplication(
        self, request: pb.GetApplicationRequest, context: Context
    ) -> pb.Application:
        """Return one application as it is now."""
        async with self._store.read() as records:
            case = await self._own_case(records, request.application_id)
            return await self._encode(records, case)

    async def ExplainWait(
        self, request: pb.ExplainWaitRequest, context: Context
    ) -> pb.WaitExplanation:
        """Explain what an application waits for, as it is now."""
        async with self._store.read() as records:
            case = await self._own_case(records, request.application_id)
            explained = await explain_wait(records, self._offices, case, self._clock.now())
        return wait_explanation(explained)

    async def ListApplications(
        self, request: pb.ListApplicationsRequest, context: Context
    ) -> pb.ListApplicationsResponse:
        """List applications in order of their creation."""
        office = visible_office(current_caller(), request.office)
        page = page_request(request.page_size, request.page_token)
        state = APPLICATION_STATE_OF.get(request.state)
        async with self._store.read() as records:
            rows = await records.cases.page(page, office, state)
            cases = [case for _, case in rows]
            listed = await application_details(records, self._offices, cases, self._clock.now())
        return pb.ListApplicationsResponse(
            applications=[encode.application(details) for details in listed],
            next_page_token=next_page_token(page, rows),
        )

    async def SearchApplications(
        self, request: pb.SearchApplicationsRequest, context: Context
    ) -> pb.SearchApplicationsResponse:
        """Search the applications of an office."""
        office = visible_office(current_caller(), _searched(request))
        criteria = decode_search(request, self._known(office))
        return await self._search(request, criteria, encode_found)

    async def SearchAllOffices(
        self, request: pb.SearchApplicationsRequest, context: Context
    ) -> pb.SearchApplicationsResponse:
        """Search the applications of all offices."""
        criteria = decode_search(request, self._known(request.office))
        require_one_person(criteria)
        return await self._search(request, criteria, encode_whereabouts)

    async def WatchApplications(
        self, request: pb.WatchApplicationsRequest, context: Context
    ) -> AsyncIterator[pb.ApplicationChange]:
        """Stream applications as they change."""
        async for change in self._watches(request):
            yield change

    async def AcceptDocuments(
        self, request: pb.AcceptDocumentsRequest, context: Context
    ) -> pb.Application:
        """Record that the documents are in order."""
        shown = decode_documents(request)

        async def change(records: Records, case: Case, by: Actor, now: datetime) -> Case:
            today, validity = self._today(case, now), self._validity
            return await accept_documents(
                records, case, by, now, shown, today, validity, self._apply_transition
            )

        return await self._change(request, change)

    async def AcceptForceMajeure(
        self, request: pb.AcceptForceMajeureRequest, context: Context
    ) -> pb.Application:
        """Record that a passport was lost or damaged by force majeure."""

        async def change(records: Records, case: Case, by: Actor, now: datetime) -> Case:
            return await accept_force_majeure(
                records, case, by, now, request.reason, self._apply_transition
            )

        return await self._change(request, change)

    async def RefuseDocuments(
        self, request: pb.RefuseDocumentsRequest, context: Context
    ) -> pb.Application:
        """Record that the documents are not in order."""
        details = EventDetails(reason=request.reason)
        return await self._record(request, ApplicationEvent.REFUSE_DOCUMENTS, details)

    async def RecordPayment(
        self, request: pb.RecordPaymentRequest, context: Context
    ) -> pb.Application:
        """Record that the fee is paid."""
        amount = request.amount_rupiah if request.HasField("amount_rupiah") else None

        async def change(records: Records, case: Case, by: Actor, now: datetime) -> Case:
            return await record_payment(
                records, case, by, now, request.receipt, amount, self._apply_transition
            )

        return await self._change(request, change)

    async def SubmitBiometrics(
        self, request: pb.SubmitBiometricsRequest, context: Context
    ) -> pb.Application:
        """Store fingerprints until the matcher has them."""
        submission = decode_fingers(request)

        async def change(records: Records, case: Case, by: Actor, now: datetime) -> Case:
            today = self._today(case, now)
            return await submit_fingers(
                records, case, by, now, submission, today, self._apply_transition
            )

        return await self._change(request, change)

    async def SubmitPortrait(
        self, request: pb.SubmitPortraitRequest, context: Context
    ) -> pb.SubmitPortraitResponse:
        """Check the applicant's photo and store it as the portrait."""
        exception, explanation = decode_portrait_exception(request), request.explanation
        event = ApplicationEvent.EXCEPT_PORTRAIT if exception else ApplicationEvent.SUBMIT_PORTRAIT

        async def prepare() -> AcceptedPhoto:
            async with self._store.read() as records:
                case = await self._own_case(records, request.application_id)
            find_transition(case.state, event, current_actor().role)
            return await self._check_photo(request.photo, exception)

        async def change(records: Records, photo: AcceptedPhoto) -> pb.SubmitPortraitResponse:
            case = await self._own_case(records, request.application_id)
            case = case.require_revision(request.revision)
            step = (records, case, current_actor(), self._clock.now(), photo.portrait)
            if exception is None:
                changed = await submit_portrait(*step, self._apply_transition)
            else:
                reason = f"{exception} ({', '.join(photo.excepted)}): {explanation}"
                changed = await except_portrait(*step, reason, self._apply_transition)
            return encode.submitted_portrait(await self._encode(records, changed), photo)

        return await self._changes.prepare_and_run(
            request, pb.SubmitPortraitResponse, prepare, change
        )

    async def GetPortrait(
        self, request: pb.GetPortraitRequest, context: Context
    ) -> pb.GetPortraitResponse:
        """Return the portrait as it is printed."""
        async with self._store.read() as records:
            case = await self._own_case(records, request.application_id)
            portrait = await records.portraits.get(case.id)
        return pb.GetPortraitResponse(
            portrait=portrait, accepted_at=timestamp(case.portrait_accepted_at)
        )

    async def RecordInterview(
        self, request: pb.RecordInterviewRequest, context: Context
    ) -> pb.Application:
        """Complete the application."""

        interview = decode_interview(request)

        async def change(records: Records, case: Case, by: Actor, now: datetime) -> Case:
            return await record_interview(
                records, case, by, now, interview,
                self._offices, self._validity, self._apply_transition,
            )  # fmt: skip

        return await self._change(request, change)

    async def EstablishIdentity(
        self, request: pb.EstablishIdentityRequest, context: Context
    ) -> pb.Application:
        """Decide who an applicant without fingerprints is."""

        async def change(records: Records, case: Case, by: Actor, now: datetime) -> Case:
            return await establish_identity(
                records, case, by, now, request.reason, self._apply_transition
            )

        return await self._change(request, change)

    async def RequestEmergencyDocument(
        self, request: pb.RequestEmergencyDocumentRequest, context: Context
    ) -> pb.Application:
        """Have an emergency document made of an application."""

        async def change(records: Records, case: Case, by: Actor, now: datetime) -> Case:
            return await request_emergency_document(
                records, case, by, now, request.reason, self._policy, self._apply_transition
            )

        return await self._change(request, change)

    async def CancelEmergencyDocument(
        self, request: pb.CancelEmergencyDocumentRequest, context: Context
    ) -> pb.Application:
        """Have a passport made of it again."""

        async def change(records: Records, case: Case, by: Actor, now: datetime) -> Case:
            return await cancel_emergency_document(
                records, case, by, now, request.reason, self._apply_transition
            )

        return await self._change(request, change)

    async def CorrectData(self, request: pb.CorrectDataRequest, context: Context) -> pb.Application:
        """Replace the data to be printed."""

        async def change(records: Records, case: Case, by: Actor, now: datetime) -> Case:
            today = self._today(case, now)
            correction = decode_correction(request, today)
            return await correct_data(
                records, case, by, now, correction, request.reason,
                today, self._validity, self._apply_transition,
            )  # fmt: skip

        return await self._change(request, change)

    async def Approve(self, request: pb.ApproveRequest, context: Context) -> pb.Application:
        """Approve that the passport is issued."""

        async def change(records: Records, case: Case, by: Actor, now: datetime) -> Case:
            return await approve(
                records, case, by, now, self._numbers, self._apply_transition, request.reason
            )

        return await self._change_unless_banned(request, ApplicationEvent.APPROVE, change)

    async def ClearHold(self, request: pb.ClearHoldRequest, context: Context) -> pb.Application:
        """Clear an application that is held because of the travel-ban list."""

        async def change(records: Records, case: Case, by: Actor, now: datetime) -> Case:
            return await clear_travel_ban(
                records, case, by, now, request.reason, self._apply_transition
            )

        return await self._change(request, change)

    async def Refuse(self, request: pb.RefuseRequest, context: Context) -> pb.Application:
        """Refuse the passport."""

        async def change(records: Records, case: Case, by: Actor, now: datetime) -> Case:
            return await refuse(records, case, by, now, request.reason, self._apply_transition)

        return await self._change(request, change)

    async def Withdraw(self, request: pb.WithdrawRequest, context: Context) -> pb.Application:
        """Record that the applicant withdraws."""

        async def change(records: Records, case: Case, by: Actor, now: datetime) -> Case:
            return await withdraw(records, case, by, now, self._apply_transition, request.reason)

        return await self._change(request, change)

    async def RetakeBiometrics(
        self, request: pb.RetakeBiometricsRequest, context: Context
    ) -> pb.Application:
        """Have the fingerprints taken again."""

        async def change(records: Records, case: Case, by: Actor, now: datetime) -> Case:
            return await retake_biometrics(
                records, case, by, now, request.reason, self._apply_transition
            )

        return await self._change(request, change)

    async def Appeal(self, request: pb.AppealRequest, context: Context) -> pb.Application:
        """Reopen a refused application."""

        async def change(records: Records, case: Case, by: Actor, now: datetime) -> Case:
            return await appeal(
                records, case, by, now, request.reason,
                self._offices, self._apply_transition, self._new_id,
            )  # fmt: skip

        return await self._change(request, change)

    async def HandOver(self, request: pb.HandOverRequest, context: Context) -> pb.Application:
        """Record that the passport is handed over."""

        async def change(records: Records, case: Case, by: Actor, now: datetime) -> Case:
            return await hand_over(
                records, case, by, now, request.signed_by, self._apply_transition,
                COLLECTOR_OF[request.collected_by], request.proxy_identity_number,
            )  # fmt: skip

        return await self._change_unless_banned(request, ApplicationEvent.HAND_OVER, change)

    async def AppointProxy(
        self, request: pb.AppointProxyRequest, context: Context
    ) -> pb.Application:
        """Record who may collect the passport in place of the holder."""
        proxy = decode_proxy(request)

        async def change(records: Records, case: Case, by: Actor, now: datetime) -> Case:
            return await appoint_proxy(records, case, by, now, proxy, self._apply_transition)

        return await self._change(request, change)

    async def ChangeContact(
        self, request: pb.ChangeContactRequest, context: Context
    ) -> pb.Application:
        """Change how the applicant is notified."""
        contact = decode_contact(request.contact)

        async def change(records: Records, case: Case, by: Actor, now: datetime) -> Case:
            return await change_contact(
                records, case, by, now, contact, request.language, self._apply_transition
            )

        return await self._change(request, change)

    async def GetHistory(
        self, request: pb.GetHistoryRequest, context: Context
    ) -> pb.GetHistoryResponse:
        """Return the history of an application, oldest event first."""
        async with self._store.read() as records:
            case = await self._own_case(records, request.application_id)
            entries = await records.history.of_case(case.id)
        return pb.GetHistoryResponse(entries=[history_entry(entry) for entry in entries])

    def _known(self, office: str | None) -> Office | None:
        return known_office(self._offices, office) if office else None

    async def _search(
        self,
        request: pb.SearchApplicationsRequest,
        criteria: SearchCriteria,
        encode: Callable[[Case], pb.FoundApplication],
    ) -> pb.SearchApplicationsResponse:
        page, by = decode_search_page(request), current_actor()
        found = await search_applications(self._store, criteria, page, by, self._clock.now())
        add_audit_facts(application_ids=[case.id for _, case in found])
        return encode_search(page, found, encode)

    async def _record(
        self, request: ChangeRequest, event: ApplicationEvent, details: EventDetails = NO_DETAILS
    ) -> pb.Application:
        """Apply an event that changes nothing of the case but its state."""

        async def change(records: Records, case: Case, by: Actor, now: datetime) -> Case:
            return await self._apply_transition(records, case, event, by, now, details)

        return await self._change(request, change)

    async def _change_unless_banned(
        self, request: ChangeRequest, event: ApplicationEvent, change: Change
    ) -> pb.Application:
        """As `_change`; a case whose applicant is on the travel-ban list is held first.

        In a transaction of its own, since the change is refused then and leaves nothing.
        """

        async def hold() -> None:
            async with self._store.begin() as records:
                case = await self._own_case(records, request.application_id)
                find_transition(case.state, event, current_actor().role)
                await self._travel_bans.hold_if_banned(records, case, self._clock.now())

        return await self._change(request, change, hold)

    async def _change(
        self,
        request: ChangeRequest,
        change: Change,
        prepare: Callable[[], Awaitable[None]] = nothing_to_prepare,
    ) -> pb.Application:
        """Change a case of the caller's office, of the revision that the caller has seen."""

        async def change_own(records: Records, _: None) -> pb.Application:
            case = await self._own_case(records, request.application_id)
            case = case.require_revision(request.revision)
            changed = await change(records, case, current_actor(), self._clock.now())
            return await self._encode(records, changed)

        return await self._changes.prepare_and_run(request, pb.Application, prepare, change_own)

    def _today(self, case: Case, now: datetime) -> date:
        return self._offices[case.office].calendar.day_of(now)

    async def _own_case(self, records: Records, application_id: str) -> Case:
        add_audit_facts(application_id=application_id)
        case = await records.cases.get(application_id)
        require_own_office(current_caller(), case.office)
        return case

    async def _encode(self, records: Records, case: Case) -> pb.Application:
        now = self._clock.now()
        (details,) = await application_details(records, self._offices, [case], now)
        return encode.application(details)

    def _new_application(self, request: pb.CreateApplicationRequest) -> NewApplication:
        office = known_office(self._offices, request.office)
        require_own_office(current_caller(), request.office)
        today = office.calendar.day_of(self._clock.now())
        kind = APPLICATION_TYPE_OF[request.type]
        priority = PRIORITY_CLASS_OF[request.priority_class]
        return NewApplication(
            office=request.office,
            type=kind,
            priority_class=priority,
            fee=self._tariff.fee(kind, priority) if self._tariff else None,
            holder=decode_holder(request.holder, today),
            person_id=request.person_id,
            document_number=request.document_number,
            contact=decode_contact(request.contact),
            language=request.language,
        )


def _searched(request: pb.SearchApplicationsRequest) -> str:
    """Return the office that is searched: the caller's own if the request names none."""
    own = current_caller().office
    return request.office or ("" if own == NATIONAL else own)
