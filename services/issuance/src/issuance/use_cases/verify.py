"""Outbox task VERIFY: compare an applicant with their own record, while none is identified."""

from servicekit.process.clock import Clock
from servicekit.process.failpoint import failpoint

from issuance.domain import case_identification
from issuance.domain.actor import ISSUANCE
from issuance.domain.case import Case
from issuance.domain.events import ApplicationEvent
from issuance.domain.history import EventDetails
from issuance.domain.identification_request import decode_identification
from issuance.domain.outage_policy import OutagePolicy
from issuance.domain.outbox import OutboxTask
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.retry_policy import NEXT_OUTAGE
from issuance.domain.states import ApplicationState
from issuance.domain.verification import Verification, is_verifiable, verified_types
from issuance.store.page_request import PageRequest
from issuance.store.records import Records, Store
from issuance.use_cases.apply_transition import ApplyTransition
from issuance.use_cases.ports import NotYet, Verifier

_BATCH = 200


class Verify:
    """Does one task: asks the matcher, and lets the case go on if the own record surely matches.

    The identification stays in the outbox, and is due before the hand-over. Whoever does not match
    waits for it. Of a type that this outage does not let go on, it may be another that does. Who
    turns out to be another person is compared with the record of that one.
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
        """Attempt the task once. Raises Unavailable, NotYet."""
        async with self._store.read() as records:
            case = await records.cases.get(task.case)
            fingers = await records.fingers.of(task.case)
            ongoing = (await records.outages.ongoing()).values()
            types = verified_types(ongoing, case.office, self._policy)
        if case.type not in types:
            raise NotYet("no outage lets it go on by verification now", NEXT_OUTAGE)
        asked = decode_identification(task.payload, case)
        failpoint("verify.before_call")
        verification = Verification(matches=False)
        if is_verifiable(case, self._policy) and asked.person_id == case.person_id:
            verification = await self._matcher.verify(task, asked.person_id, fingers)
        failpoint("verify.after_call")
        async with self._store.begin() as records:
            case = await records.cases.get(task.case)
            if await records.outbox.complete(task) and is_verifiable(case, self._policy):
                if asked.person_id == case.person_id:
                    await self._apply(records, case, verification)
                else:  # by whose record the applicant is not known
                    await self._apply_transition.add_verification(records, case)
            failpoint("verify.before_commit")
        failpoint("verify.after_commit")

    async def _apply(self, records: Records, case: Case, verification: Verification) -> None:
        if not verification.matches:
            await records.cases.save(
                case_identification.not_verified(case, verification.decision_id)
            )
            return
        await self._apply_transition(
            records,
            case_identification.verified(case, verification.decision_id),
            ApplicationEvent.VERIFY,
            ISSUANCE,
            self._clock.now(),
            EventDetails(reason=f"decision {verification.decision_id}"),
        )


async def record_verifications(store: Store, apply_transition: ApplyTransition) -> None:
    """Record a task for each case that waits for identification and has become verifiable.

    The outage policy may have been changed while they waited. A few cases in each transaction.
    """
    after: int | None = 0
    while after is not None:
        async with store.begin() as records:
            after = await _record_some(records, after, apply_transition)


async def _record_some(
    records: Records, after: int, apply_transition: ApplyTransition
) -> int | None:
    """Return the row number after which to go on; None after the last case."""
    types, page = apply_transition.policy.verifiable_types, PageRequest(after, _BATCH)
    found = await records.cases.without_task(
        ApplicationState.IDENTIFYING, OutboxTaskKind.VERIFY, types, page
    )
    for _, case in found:
        # Another replica that starts may have recorded it while we waited for the lock.
        await apply_transition.add_verification(records, case)
    return found[-1][0] if len(found) == _BATCH else None
