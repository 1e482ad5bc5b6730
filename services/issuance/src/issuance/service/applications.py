"""`Applications`: decode, call, encode."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from passport.issuance.v1 import applications_pb2 as pb
from passport.issuance.v1 import applications_pb2_grpc
from passport.matcher.v1 import identification_pb2
from passport.type.v1 import civil_pb2
from servicekit.grpc.server import Context
from servicekit.process.clock import Clock
from servicekit.security.identity import current_caller

from issuance.domain.case import Case
from issuance.domain.office import Office, UnknownOffice
from issuance.domain.states import Event
from issuance.domain.words import Text
from issuance.service import encode
from issuance.service.changes import Changes, actor
from issuance.service.pages import next_token, own_office, page, visible_office
from issuance.service.words import PRIORITY_CLASS_OF, STATE_OF, TYPE_OF, day_of
from issuance.use_cases.handover import approve, hand_over
from issuance.use_cases.intake import Complete, NewApplication, take_in
from issuance.use_cases.move import Move
from issuance.use_cases.records import Records, Transactions
from issuance.use_cases.view import views

Step = Callable[[Records, Case], Awaitable[Case]]


class ApplicationsService(applications_pb2_grpc.ApplicationsServicer):
    """From the counter to the hand-over."""

    def __init__(
        self,
        offices: Mapping[str, Office],
        transactions: Transactions,
        changes: Changes,
        move: Move,
        complete: Complete,
        clock: Clock,
        new_id: Callable[[], str],
    ) -> None:
        self._offices = offices
        self._transactions = transactions
        self._changes = changes
        self._move = move
        self._complete = complete
        self._clock = clock
        self._new_id = new_id

    async def CreateApplication(
        self, request: pb.CreateApplicationRequest, context: Context
    ) -> pb.Application:
        """Take an application in."""
        new = self._new_application(request)

        async def act(records: Records) -> pb.Application:
            by = actor(current_caller())
            case = await take_in(records, new, by, self._clock.now(), self._new_id)
            return await self._encoded(records, case)

        return await self._changes.run(request, pb.Application, act)

    async def GetApplication(
        self, request: pb.GetApplicationRequest, context: Context
    ) -> pb.Application:
        """One application as it is now."""
        async with self._transactions.read() as records:
            case = await self._own(records, request.application_id)
            return await self._encoded(records, case)

    async def ListApplications(
        self, request: pb.ListApplicationsRequest, context: Context
    ) -> pb.ListApplicationsResponse:
        """Applications in order of their making."""
        office = visible_office(current_caller(), request.office)
        part = page(request.page_size, request.page_token)
        async with self._transactions.read() as records:
            found = await records.cases.page(part, office, STATE_OF.get(request.state))
            seen = await views(
                records, self._offices, [case for _, case in found], self._clock.now()
            )
        return pb.ListApplicationsResponse(
            applications=[encode.application(view) for view in seen],
            next_page_token=next_token(part, [number for number, _ in found]),
        )

    async def AcceptDocuments(
        self, request: pb.AcceptDocumentsRequest, context: Context
    ) -> pb.Application:
        """The papers are in order."""
        return await self._event(request, Event.ACCEPT_DOCUMENTS)

    async def RefuseDocuments(
        self, request: pb.RefuseDocumentsRequest, context: Context
    ) -> pb.Application:
        """The papers are not in order."""
        return await self._event(request, Event.REFUSE_DOCUMENTS, request.reason)

    async def RecordPayment(
        self, request: pb.RecordPaymentRequest, context: Context
    ) -> pb.Application:
        """The fee is paid."""
        return await self._event(request, Event.RECORD_PAYMENT, request.receipt)

    async def SubmitBiometrics(
        self, request: pb.SubmitBiometricsRequest, context: Context
    ) -> pb.Application:
        """Fingerprints are taken."""
        fingers = identification_pb2.SampleSet(samples=request.samples)

        async def step(records: Records, case: Case) -> Case:
            case = await self._moved(records, case, Event.SUBMIT_BIOMETRICS)
            kept = fingers.SerializeToString(deterministic=True)
            await records.cases.keep_fingers(case.id, kept)
            return case

        return await self._change(request, step)

    async def RecordInterview(
        self, request: pb.RecordInterviewRequest, context: Context
    ) -> pb.Application:
        """The application is complete."""

        async def step(records: Records, case: Case) -> Case:
            by = actor(current_caller())
            return await self._complete(records, case, by, self._clock.now(), request.notes)

        return await self._change(request, step)

    async def Approve(self, request: pb.ApproveRequest, context: Context) -> pb.Application:
        """The passport may be issued."""

        async def step(records: Records, case: Case) -> Case:
            return await approve(
                records, case, actor(current_caller()), self._clock.now(), self._move
            )

        return await self._change(request, step)

    async def Refuse(self, request: pb.RefuseRequest, context: Context) -> pb.Application:
        """The passport is refused."""
        why = Text(request.reason, request.reason)
        return await self._event(request, Event.REFUSE, request.reason, refusal_reason=why)

    async def Withdraw(self, request: pb.WithdrawRequest, context: Context) -> pb.Application:
        """The applicant wants it no more."""

        async def step(records: Records, case: Case) -> Case:
            case = await self._moved(records, case, Event.WITHDRAW)
            await records.cases.drop_fingers(case.id)
            return case

        return await self._change(request, step)

    async def HandOver(self, request: pb.HandOverRequest, context: Context) -> pb.Application:
        """The passport is handed over."""

        async def step(records: Records, case: Case) -> Case:
            by, signed = actor(current_caller()), request.signed_by
            return await hand_over(records, case, by, self._clock.now(), signed, self._move)

        return await self._change(request, step)

    async def GetHistory(
        self, request: pb.GetHistoryRequest, context: Context
    ) -> pb.GetHistoryResponse:
        """Everything that happened."""
        async with self._transactions.read() as records:
            case = await self._own(records, request.application_id)
            entries = await records.cases.history(case.id)
        return pb.GetHistoryResponse(entries=[encode.entry(entry) for entry in entries])

    async def _event(
        self, request: Any, event: Event, why: str = "", **changes: Any
    ) -> pb.Application:
        async def step(records: Records, case: Case) -> Case:
            return await self._moved(records, case, event, why, **changes)

        return await self._change(request, step)

    async def _change(self, request: Any, step: Step) -> pb.Application:
        async def act(records: Records) -> pb.Application:
            case = await self._own(records, request.application_id)
            return await self._encoded(records, await step(records, case.seen_at(request.revision)))

        return await self._changes.run(request, pb.Application, act)

    async def _moved(
        self, records: Records, case: Case, event: Event, why: str = "", **changes: Any
    ) -> Case:
        by, now = actor(current_caller()), self._clock.now()
        return await self._move(records, case, event, by, now, why, **changes)

    async def _own(self, records: Records, application: str) -> Case:
        case = await records.cases.get(application)
        own_office(current_caller(), case.office)
        return case

    async def _encoded(self, records: Records, case: Case) -> pb.Application:
        (view,) = await views(records, self._offices, [case], self._clock.now())
        return encode.application(view)

    def _new_application(self, request: pb.CreateApplicationRequest) -> NewApplication:
        if request.office not in self._offices:
            raise UnknownOffice("there is no such office", field="office")
        own_office(current_caller(), request.office)
        day_of(request.holder.born_on, "holder.born_on")
        return NewApplication(
            office=request.office,
            type=TYPE_OF[request.type],
            priority_class=PRIORITY_CLASS_OF[request.priority_class],
            holder=_exact(request.holder),
            person_id=request.person_id,
        )


def _exact(holder: civil_pb2.BiographicData) -> bytes:
    return holder.SerializeToString(deterministic=True)
