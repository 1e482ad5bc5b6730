"""How a photo that is submitted becomes the portrait of an application."""

from collections.abc import Awaitable, Callable

from passport.issuance.v1 import applications_pb2 as pb
from servicekit.process.clock import Clock

from issuance.domain.events import ApplicationEvent
from issuance.domain.portrait import AcceptedPhoto
from issuance.domain.portrait_exception import PortraitException
from issuance.service import encode_applications as encode
from issuance.service.decode import decode_portrait_exception
from issuance.service.idempotent_changes import IdempotentChanges, current_actor
from issuance.service.own_applications import OwnApplications
from issuance.store.records import Records
from issuance.use_cases.application_steps import except_portrait, submit_portrait
from issuance.use_cases.apply_transition import ApplyTransition

CheckPhoto = Callable[[bytes, PortraitException | None], Awaitable[AcceptedPhoto]]
"""Returns a photo as it is printed, for some reason with defects. Raises PortraitRefused."""


class PortraitSubmission:
    """Answers SubmitPortrait: the photo is checked before the transaction that stores it."""

    def __init__(
        self,
        applications: OwnApplications,
        changes: IdempotentChanges,
        apply_transition: ApplyTransition,
        clock: Clock,
        check_photo: CheckPhoto,
    ) -> None:
        self._applications = applications
        self._changes = changes
        self._apply_transition = apply_transition
        self._clock = clock
        self._check_photo = check_photo

    async def __call__(self, request: pb.SubmitPortraitRequest) -> pb.SubmitPortraitResponse:
        """Return the application with its portrait. Raises PortraitRefused, InvalidRequest."""
        exception = decode_portrait_exception(request)

        async def check() -> AcceptedPhoto:
            return await self._check(request, exception)

        async def store(records: Records, photo: AcceptedPhoto) -> pb.SubmitPortraitResponse:
            return await self._submit(records, request, exception, photo)

        return await self._changes.prepare_and_run(request, pb.SubmitPortraitResponse, check, store)

    async def _check(
        self, request: pb.SubmitPortraitRequest, exception: PortraitException | None
    ) -> AcceptedPhoto:
        event = ApplicationEvent.EXCEPT_PORTRAIT if exception else ApplicationEvent.SUBMIT_PORTRAIT
        await self._applications.before(request.application_id, event)
        return await self._check_photo(request.photo, exception)

    async def _submit(
        self,
        records: Records,
        request: pb.SubmitPortraitRequest,
        exception: PortraitException | None,
        photo: AcceptedPhoto,
    ) -> pb.SubmitPortraitResponse:
        case = await self._applications.asked_for(records, request)
        step = (records, case, current_actor(), self._clock.now(), photo.portrait)
        if exception is None:
            changed = await submit_portrait(*step, self._apply_transition)
        else:
            reason = f"{exception} ({', '.join(photo.excepted)}): {request.explanation}"
            changed = await except_portrait(*step, reason, self._apply_transition)
        shown = await self._applications.shown(records, changed)
        return encode.submitted_portrait(shown, photo)
