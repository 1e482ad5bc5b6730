"""Outbox task VERIFY: compare an applicant with their own record, while none is identified."""

from servicekit.process.clock import Clock
from servicekit.process.failpoint import failpoint

from issuance.domain.case import ISSUANCE
from issuance.domain.history import EventDetails
from issuance.domain.outage_policy import OutagePolicy
from issuance.domain.outbox import OutboxTask
from issuance.domain.states import ApplicationEvent, ApplicationState, OutboxTaskKind
from issuance.domain.verification import Verification, verified_types
from issuance.store.records import Records, Store
from issuance.use_cases.apply_transition import ApplyTransition
from issuance.use_cases.ports import Verifier


class Verify:
    """Does one task: asks the matcher, and lets the case go on if the own record surely matches.

    The identification stays in the outbox, and is due before the hand-over. Whoever does not match,
    or is of a type that this outage does not let go on, waits for it.
    """

    def __init__(
        self,
        store: Store,
        matcher: Verifier,
        policy: OutagePolicy,
        apply_transition: ApplyTransition,
        clock: Clock,
    ) -> None:
        self._policy = policy
        self._store = store
        self._matcher = matcher
        self._apply_transition = apply_transition
        self._clock = clock

    async def __call__(self, task: OutboxTask) -> None:
        """Attempt the task once. Raises Unavailable."""
        async with self._store.read() as records:
            case = await records.cases.get(task.case)
            fingers = await records.cases.fingers(task.case)
            ongoing = (await records.outages.ongoing()).values()
            types = verified_types(ongoing, case.office, self._policy)
        failpoint("verify.before_call")
        verification = Verification(matches=False)
        if case.type in types:
            verification = await self._matcher.verify(task, case.person_id, fingers)
        failpoint("verify.after_call")
        async with self._store.begin() as records:
            if await records.outbox.complete(task) and verification.matches:
                case = await records.cases.get(task.case)
                details = EventDetails(reason=f"decision {verification.decision_id}")
                await self._apply_transition(
                    records,
                    case.verified(verification.decision_id),
                    ApplicationEvent.VERIFY,
                    ISSUANCE,
                    self._clock.now(),
                    details,
                )
            failpoint("verify.before_commit")
        failpoint("verify.after_commit")


async def record_verifications(
    records: Records, policy: OutagePolicy, apply_transition: ApplyTransition
) -> None:
    """Record a task for each case that waits for identification and has become verifiable.

    The outage policy may have been changed while they waited.
    """
    for case in await records.cases.without_task(
        ApplicationState.IDENTIFYING, OutboxTaskKind.VERIFY, policy.verifiable_types
    ):
        await apply_transition.add_task(records, OutboxTaskKind.VERIFY, case)
