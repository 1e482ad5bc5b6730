"""How a passport is handed over: fingers are compared before the transaction that records it."""

from collections.abc import Callable

from passport.issuance.v1 import applications_pb2 as pb
from servicekit.process.clock import Clock

from issuance.domain.events import ApplicationEvent
from issuance.domain.finger_check import FingerCheckPolicy, FingerComparison
from issuance.service.decode import decode_collection, decode_presented_fingers
from issuance.service.idempotent_changes import IdempotentChanges, current_actor
from issuance.service.own_applications import OwnApplications
from issuance.store.records import Records
from issuance.use_cases.apply_transition import ApplyTransition
from issuance.use_cases.check_fingers import CheckFingers
from issuance.use_cases.hand_over import hand_over


class PassportHandOver:
    """Answers HandOver: fingers are compared before the transaction that records it."""

    def __init__(
        self,
        applications: OwnApplications,
        changes: IdempotentChanges,
        apply_transition: ApplyTransition,
        clock: Clock,
        policy: FingerCheckPolicy,
        check_fingers: CheckFingers,
    ) -> None:
        self._applications = applications
        self._changes = changes
        self._apply_transition = apply_transition
        self._clock = clock
        self._policy = policy
        self._check_fingers = check_fingers

    async def __call__(
        self, request: pb.HandOverRequest, seconds_left: Callable[[], float | None]
    ) -> pb.Application:
        """Return the application, handed over. seconds_left: until the caller's
        deadline, None without one.

        Raises what `CheckFingers` and `hand_over` raise.
        """
        own, id = self._applications, request.application_id
        collection, fingers = decode_collection(request), decode_presented_fingers(request)

        async def check() -> FingerComparison:
            await own.hold_if_banned(id, ApplicationEvent.HAND_OVER)
            left = seconds_left()
            # The other half of the time is for the hand-over itself.
            seconds = None if left is None else left / 2
            return await self._check_fingers(id, current_actor(), collection, fingers, seconds)

        async def record(records: Records, found: FingerComparison) -> pb.Application:
            case = await own.asked_for(records, request)
            handed_over = await hand_over(
                records, case, current_actor(), self._clock.now(), collection,
                self._policy, found, self._apply_transition,
            )  # fmt: skip
            return await own.shown(records, handed_over)

        return await self._changes.prepare_and_run(request, pb.Application, check, record)
