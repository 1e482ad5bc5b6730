"""How fingerprints that are submitted are assessed and stored for the matcher."""

from collections.abc import Callable

import structlog
from passport.issuance.v1 import applications_pb2 as pb
from servicekit.process.clock import Clock

from issuance.domain.finger_quality import FingerAssessment
from issuance.domain.fingers import FingerSubmission
from issuance.service import encode_applications as encode
from issuance.service.decode import decode_fingers
from issuance.service.idempotent_changes import IdempotentChanges, current_actor
from issuance.service.own_applications import OwnApplications
from issuance.store.records import Records
from issuance.use_cases.apply_transition import ApplyTransition
from issuance.use_cases.ports import FingerAssessor
from issuance.use_cases.without_fingerprints import submit_fingers

_log = structlog.get_logger(__name__)


class BiometricsSubmission:
    """Answers SubmitBiometrics: the matcher is asked before the transaction that stores them."""

    def __init__(
        self,
        applications: OwnApplications,
        changes: IdempotentChanges,
        apply_transition: ApplyTransition,
        clock: Clock,
        finger_assessor: FingerAssessor,
    ) -> None:
        self._applications = applications
        self._changes = changes
        self._apply_transition = apply_transition
        self._clock = clock
        self._finger_assessor = finger_assessor

    async def __call__(
        self, request: pb.SubmitBiometricsRequest, seconds_left: Callable[[], float | None]
    ) -> pb.Application:
        """Return the application, with the quality of each finger or why none is known.

        seconds_left: until the caller's deadline, None without one. Raises BadImage, BadTemplate,
        PositionMismatch, FingersUnusable, SameFingerTwice and what `submit_fingers` raises.
        """
        submission = decode_fingers(request)

        async def assess() -> FingerAssessment:
            left = seconds_left()
            # The other half of the time is for the transaction.
            return await self._assess(request, submission, None if left is None else left / 2)

        async def store(records: Records, found: FingerAssessment) -> pb.Application:
            shown = await self._submit(records, request, submission, found)
            return encode.submitted_fingers(shown, found)

        return await self._changes.prepare_and_run(request, pb.Application, assess, store)

    async def _assess(
        self,
        request: pb.SubmitBiometricsRequest,
        submission: FingerSubmission,
        seconds: float | None,
    ) -> FingerAssessment:
        case = await self._applications.before(request.application_id, submission.event)
        submission.require_complete(self._applications.today(case, self._clock.now()))
        if not submission.any_captured:
            return FingerAssessment()
        found = await self._finger_assessor.assess(submission.samples, seconds)
        if found.not_assessed:
            _log.warning(
                "fingers_not_assessed",
                application_id=case.id,
                office=case.office,
                reason=found.not_assessed,
            )
        found.require_usable(submission.positions)
        if not submission.confirmed_different:
            found.require_different(submission.positions)
        return found

    async def _submit(
        self,
        records: Records,
        request: pb.SubmitBiometricsRequest,
        submission: FingerSubmission,
        found: FingerAssessment,
    ) -> pb.Application:
        case, now = await self._applications.asked_for(records, request), self._clock.now()
        changed = await submit_fingers(
            records, case, current_actor(), now, submission, found,
            self._applications.today(case, now), self._apply_transition,
        )  # fmt: skip
        return await self._applications.shown(records, changed)
