"""Applications that a caller may act for: as they are, and changed at the caller's request."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Concatenate, ParamSpec

from passport.issuance.v1 import applications_pb2 as pb
from servicekit.grpc.call_audit import add_audit_facts
from servicekit.process.clock import Clock
from servicekit.security.identity import current_caller
from servicekit.storage.idempotency import nothing_to_prepare

from issuance.domain.actor import Actor
from issuance.domain.case import Case
from issuance.domain.events import ApplicationEvent
from issuance.domain.transitions import find_transition, transition_of
from issuance.service import encode_applications as encode
from issuance.service.idempotent_changes import IdempotentChanges, current_actor
from issuance.service.office_scope import require_own_office
from issuance.store.records import Records, Store
from issuance.use_cases.application_details import application_details
from issuance.use_cases.office_directory import OfficeDirectory
from issuance.use_cases.travel_bans import TravelBans

P = ParamSpec("P")
Change = Callable[Concatenate[Records, Case, Actor, datetime, P], Awaitable[Case]]
"""Changes a case in the name of an actor at an instant, and returns it."""
ChangeRequest = (
    pb.AcceptDocumentsRequest
    | pb.AcceptForceMajeureRequest
    | pb.RefuseDocumentsRequest
    | pb.RecordPaymentRequest
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
    | pb.WaiveFingerCheckRequest
    | pb.ChangeContactRequest
    | pb.AppointProxyRequest
    | pb.SubmitBiometricsRequest
    | pb.SubmitPortraitRequest
    | pb.HandOverRequest
)
"""Requests that change one application, of a revision that the caller has seen."""


class OwnApplications:
    """Finds, shows and changes the applications of the caller's office."""

    def __init__(
        self,
        offices: OfficeDirectory,
        store: Store,
        changes: IdempotentChanges,
        clock: Clock,
        travel_bans: TravelBans,
    ) -> None:
        self._offices = offices
        self._store = store
        self._changes = changes
        self._clock = clock
        self._travel_bans = travel_bans

    async def get(self, records: Records, application_id: str) -> Case:
        """Return a case of the caller's office. Raises ApplicationNotFound, WrongOffice."""
        add_audit_facts(application_id=application_id)
        case = await records.cases.get(application_id)
        require_own_office(current_caller(), case.office)
        await self._offices.know(records, case.office)
        return case

    async def asked_for(self, records: Records, request: ChangeRequest) -> Case:
        """Return the case of a request, in the revision that the caller has seen.

        Raises ApplicationNotFound, WrongOffice, StaleRevision.
        """
        case = await self.get(records, request.application_id)
        return case.require_revision(request.revision)

    async def before(self, application_id: str, event: ApplicationEvent) -> Case:
        """Return a case before a step of the caller that is prepared outside its transaction.

        Raises ApplicationNotFound, WrongOffice, IllegalTransition.
        """
        async with self._store.read() as records:
            case = await self.get(records, application_id)
        find_transition(case.state, event, current_actor().role)
        return case

    async def shown(self, records: Records, case: Case) -> pb.Application:
        """Return a case as its office sees it now."""
        now = self._clock.now()
        (details,) = await application_details(records, self._offices, [case], now)
        return encode.application(details)

    def today(self, case: Case, now: datetime) -> date:
        """Return the day at the office of a case."""
        return self._offices[case.office].calendar.day_of(now)

    async def change(
        self, request: ChangeRequest, change: Change[P], *args: P.args, **kwargs: P.kwargs
    ) -> pb.Application:
        """Change the case of a request, in the revision that the caller has seen.

        The change gets the case and its actor before the arguments.
        """
        return await self._prepare_and_change(request, nothing_to_prepare, change, *args, **kwargs)

    async def change_unless_banned(
        self,
        request: ChangeRequest,
        event: ApplicationEvent,
        change: Change[P],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> pb.Application:
        """As `change`; a case whose applicant is on the travel-ban list is held first."""

        async def hold() -> None:
            await self.hold_if_banned(request.application_id, event)

        return await self._prepare_and_change(request, hold, change, *args, **kwargs)

    async def hold_if_banned(self, application_id: str, event: ApplicationEvent) -> None:
        """Hold a case before an event if its applicant is on the travel-ban list.

        In a transaction of its own, since the event is refused then and leaves nothing. Not if
        the event is refused anyhow: it says why better than the state of the case does.
        """
        async with self._store.begin() as records:
            case = await self.get(records, application_id)
            row = transition_of(case.state, event)
            if row is not None and current_actor().role in row.by:
                await self._travel_bans.hold_if_banned(records, case, self._clock.now())

    async def _prepare_and_change(
        self,
        request: ChangeRequest,
        prepare: Callable[[], Awaitable[None]],
        change: Change[P],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> pb.Application:
        async def change_own(records: Records, _: None) -> pb.Application:
            case = await self.asked_for(records, request)
            by, now = current_actor(), self._clock.now()
            return await self.shown(records, await change(records, case, by, now, *args, **kwargs))

        return await self._changes.prepare_and_run(request, pb.Application, prepare, change_own)
