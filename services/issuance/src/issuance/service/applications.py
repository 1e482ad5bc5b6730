"""Servicer of `passport.issuance.v1.Applications`: from the counter to the hand-over."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime

from passport.issuance.v1 import applications_pb2 as pb
from passport.issuance.v1 import applications_pb2_grpc
from servicekit.grpc.server import Context
from servicekit.process.clock import Clock
from servicekit.security.identity import current_caller

from issuance.domain.actor import Actor
from issuance.domain.case import Case
from issuance.domain.events import ApplicationEvent
from issuance.domain.finger_check import FingerCheckPolicy
from issuance.domain.history import EventDetails
from issuance.domain.outage_policy import OutagePolicy
from issuance.domain.tariff import Tariff
from issuance.domain.validity import ValidityRule
from issuance.service import encode_applications as encode
from issuance.service.application_search import ApplicationSearch
from issuance.service.application_watches import ApplicationWatches
from issuance.service.biometrics_submission import BiometricsSubmission
from issuance.service.decode import (
    decode_contact,
    decode_correction,
    decode_documents,
    decode_interview,
    decode_new_application,
    decode_proxy,
)
from issuance.service.encode_history import history_entry
from issuance.service.encode_values import timestamp
from issuance.service.encode_waiting import wait_explanation
from issuance.service.enum_codes import APPLICATION_STATE_OF
from issuance.service.idempotent_changes import IdempotentChanges, current_actor
from issuance.service.office_scope import known_office, require_own_office, visible_office
from issuance.service.own_applications import OwnApplications
from issuance.service.paging import next_page_token, page_request
from issuance.service.passport_hand_over import PassportHandOver
from issuance.service.portrait_submission import CheckPhoto, PortraitSubmission
from issuance.store.records import Records, Store
from issuance.use_cases.accept_documents import accept_documents, accept_force_majeure
from issuance.use_cases.appeal import appeal
from issuance.use_cases.application_details import application_details
from issuance.use_cases.application_steps import (
    appoint_proxy,
    approve,
    correct_data,
    refuse,
    withdraw,
)
from issuance.use_cases.apply_transition import ApplyTransition
from issuance.use_cases.change_contact import change_contact
from issuance.use_cases.check_fingers import CheckFingers
from issuance.use_cases.create_application import NewApplication, create_application
from issuance.use_cases.document_numbers import DocumentNumbers
from issuance.use_cases.emergency_document import (
    cancel_emergency_document,
    request_emergency_document,
)
from issuance.use_cases.explain_wait import explain_wait
from issuance.use_cases.hand_over import waive_finger_check
from issuance.use_cases.office_directory import OfficeDirectory
from issuance.use_cases.ports import FingerAssessor
from issuance.use_cases.record_interview import record_interview
from issuance.use_cases.record_payment import record_payment
from issuance.use_cases.retake_biometrics import retake_biometrics
from issuance.use_cases.travel_bans import TravelBans, clear_travel_ban
from issuance.use_cases.without_fingerprints import establish_identity


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
        finger_assessor: FingerAssessor,
        numbers: DocumentNumbers,
        validity: ValidityRule,
        tariff: Tariff | None,
        travel_bans: TravelBans,
        watches: ApplicationWatches,
        policy: OutagePolicy,
        finger_check_policy: FingerCheckPolicy,
        check_fingers: CheckFingers,
    ) -> None:
        own = OwnApplications(offices, store, changes, clock, travel_bans)
        self._own = own
        self._search = ApplicationSearch(offices, store, clock)
        self._submit_portrait = PortraitSubmission(
            own, changes, apply_transition, clock, check_photo
        )
        self._submit_biometrics = BiometricsSubmission(
            own, changes, apply_transition, clock, finger_assessor
        )
        self._hand_over = PassportHandOver(
            own, changes, apply_transition, clock, finger_check_policy, check_fingers
        )
        self._finger_check_policy = finger_check_policy
        self._watches = watches
        self._offices = offices
        self._store = store
        self._changes = changes
        self._apply_transition = apply_transition
        self._clock = clock
        self._new_id = new_id
        self._numbers = numbers
        self._validity = validity
        self._tariff = tariff
        self._policy = policy

    async def CreateApplication(
        self, request: pb.CreateApplicationRequest, context: Context
    ) -> pb.Application:
        """Take an application in."""
        new = self._new_application(request)

        async def create(records: Records) -> pb.Application:
            by, now = current_actor(), self._clock.now()
            case = await create_application(records, new, by, now, self._new_id)
            return await self._own.shown(records, case)

        return await self._changes.run(request, pb.Application, create)

    async def GetApplication(
        self, request: pb.GetApplicationRequest, context: Context
    ) -> pb.Application:
        """Return one application as it is now."""
        async with self._store.read() as records:
            case = await self._own.get(records, request.application_id)
            return await self._own.shown(records, case)

    async def ExplainWait(
        self, request: pb.ExplainWaitRequest, context: Context
    ) -> pb.WaitExplanation:
        """Explain what an application waits for, as it is now."""
        async with self._store.read() as records:
            case = await self._own.get(records, request.application_id)
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
        return await self._search.of_office(request)

    async def SearchAllOffices(
        self, request: pb.SearchApplicationsRequest, context: Context
    ) -> pb.SearchApplicationsResponse:
        """Search the applications of all offices."""
        return await self._search.of_all_offices(request)

    async def ListSearches(
        self, request: pb.ListSearchesRequest, context: Context
    ) -> pb.ListSearchesResponse:
        """List who searched for applications, and for what."""
        return await self._search.list_searches(request)

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

        async def accept(records: Records, case: Case, by: Actor, now: datetime) -> Case:
            today, validity = self._own.today(case, now), self._validity
            return await accept_documents(
                records, case, by, now, shown, today, validity, self._apply_transition
            )

        return await self._own.change(request, accept)

    async def AcceptForceMajeure(
        self, request: pb.AcceptForceMajeureRequest, context: Context
    ) -> pb.Application:
        """Record that a passport was lost or damaged by force majeure."""
        return await self._own.change(
            request, accept_force_majeure, request.reason, self._apply_transition
        )

    async def RefuseDocuments(
        self, request: pb.RefuseDocumentsRequest, context: Context
    ) -> pb.Application:
        """Record that the documents are not in order."""
        details = EventDetails(reason=request.reason)

        async def refuse_documents(records: Records, case: Case, by: Actor, now: datetime) -> Case:
            event = ApplicationEvent.REFUSE_DOCUMENTS
            return await self._apply_transition(records, case, event, by, now, details)

        return await self._own.change(request, refuse_documents)

    async def RecordPayment(
        self, request: pb.RecordPaymentRequest, context: Context
    ) -> pb.Application:
        """Record that the fee is paid."""
        amount = request.amount_rupiah if request.HasField("amount_rupiah") else None
        return await self._own.change(
            request, record_payment, request.receipt, amount, self._apply_transition
        )

    async def SubmitBiometrics(
        self, request: pb.SubmitBiometricsRequest, context: Context
    ) -> pb.Application:
        """Store fingerprints until the matcher has them, and say how good they are."""
        return await self._submit_biometrics(request, context.time_remaining)

    async def SubmitPortrait(
        self, request: pb.SubmitPortraitRequest, context: Context
    ) -> pb.SubmitPortraitResponse:
        """Check the applicant's photo and store it as the portrait."""
        return await self._submit_portrait(request)

    async def GetPortrait(
        self, request: pb.GetPortraitRequest, context: Context
    ) -> pb.GetPortraitResponse:
        """Return the portrait as it is printed."""
        async with self._store.read() as records:
            case = await self._own.get(records, request.application_id)
            portrait = await records.portraits.get(case.id)
        return pb.GetPortraitResponse(
            portrait=portrait, accepted_at=timestamp(case.portrait_accepted_at)
        )

    async def RecordInterview(
        self, request: pb.RecordInterviewRequest, context: Context
    ) -> pb.Application:
        """Complete the application."""
        interview = decode_interview(request)
        return await self._own.change(
            request, record_interview, interview,
            self._offices, self._validity, self._apply_transition,
        )  # fmt: skip

    async def EstablishIdentity(
        self, request: pb.EstablishIdentityRequest, context: Context
    ) -> pb.Application:
        """Decide who an applicant without fingerprints is."""
        return await self._own.change(
            request, establish_identity, request.reason, self._apply_transition
        )

    async def RequestEmergencyDocument(
        self, request: pb.RequestEmergencyDocumentRequest, context: Context
    ) -> pb.Application:
        """Have an emergency document made in place of a passport."""
        return await self._own.change(
            request,
            request_emergency_document,
            request.reason,
            self._policy,
            self._apply_transition,
        )

    async def CancelEmergencyDocument(
        self, request: pb.CancelEmergencyDocumentRequest, context: Context
    ) -> pb.Application:
        """Have a passport made again."""
        return await self._own.change(
            request, cancel_emergency_document, request.reason, self._apply_transition
        )

    async def CorrectData(self, request: pb.CorrectDataRequest, context: Context) -> pb.Application:
        """Replace the data to be printed."""

        async def correct(records: Records, case: Case, by: Actor, now: datetime) -> Case:
            today = self._own.today(case, now)
            correction = decode_correction(request, today)
            return await correct_data(
                records, case, by, now, correction, request.reason,
                today, self._validity, self._apply_transition,
            )  # fmt: skip

        return await self._own.change(request, correct)

    async def Approve(self, request: pb.ApproveRequest, context: Context) -> pb.Application:
        """Approve that the passport is issued."""
        return await self._own.change_unless_banned(
            request, ApplicationEvent.APPROVE,
            approve, self._numbers, self._apply_transition, request.reason,
        )  # fmt: skip

    async def ClearHold(self, request: pb.ClearHoldRequest, context: Context) -> pb.Application:
        """Clear an application that is held because of the travel-ban list."""
        return await self._own.change(
            request, clear_travel_ban, request.reason, self._apply_transition
        )

    async def Refuse(self, request: pb.RefuseRequest, context: Context) -> pb.Application:
        """Refuse the passport."""
        return await self._own.change(request, refuse, request.reason, self._apply_transition)

    async def Withdraw(self, request: pb.WithdrawRequest, context: Context) -> pb.Application:
        """Record that the applicant withdraws."""
        return await self._own.change(request, withdraw, self._apply_transition, request.reason)

    async def RetakeBiometrics(
        self, request: pb.RetakeBiometricsRequest, context: Context
    ) -> pb.Application:
        """Have the fingerprints taken again."""
        return await self._own.change(
            request, retake_biometrics, request.reason, self._apply_transition
        )

    async def Appeal(self, request: pb.AppealRequest, context: Context) -> pb.Application:
        """Reopen a refused application."""
        return await self._own.change(
            request, appeal, request.reason, self._offices, self._apply_transition, self._new_id,
            decode_contact(request.contact),
        )  # fmt: skip

    async def HandOver(self, request: pb.HandOverRequest, context: Context) -> pb.Application:
        """Compare the holder's fingers, and record that the passport is handed over."""
        return await self._hand_over(request, context.time_remaining)

    async def WaiveFingerCheck(
        self, request: pb.WaiveFingerCheckRequest, context: Context
    ) -> pb.Application:
        """Let the passport be handed over without a finger check."""
        return await self._own.change(
            request, waive_finger_check,
            request.reason, self._finger_check_policy, self._apply_transition,
        )  # fmt: skip

    async def AppointProxy(
        self, request: pb.AppointProxyRequest, context: Context
    ) -> pb.Application:
        """Record who may collect the passport in place of the holder."""
        proxy = decode_proxy(request)
        return await self._own.change(request, appoint_proxy, proxy, self._apply_transition)

    async def ChangeContact(
        self, request: pb.ChangeContactRequest, context: Context
    ) -> pb.Application:
        """Change how the applicant is notified."""
        contact = decode_contact(request.contact)
        return await self._own.change(
            request, change_contact, contact, request.language, self._apply_transition
        )

    async def GetHistory(
        self, request: pb.GetHistoryRequest, context: Context
    ) -> pb.GetHistoryResponse:
        """Return the history of an application, oldest event first."""
        async with self._store.read() as records:
            case = await self._own.get(records, request.application_id)
            entries = await records.history.of_case(case.id)
        return pb.GetHistoryResponse(entries=[history_entry(entry) for entry in entries])

    def _new_application(self, request: pb.CreateApplicationRequest) -> NewApplication:
        office = known_office(self._offices, request.office)
        require_own_office(current_caller(), request.office)
        today = office.calendar.day_of(self._clock.now())
        return decode_new_application(request, today, self._tariff)
