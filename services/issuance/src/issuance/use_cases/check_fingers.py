"""The finger check at the hand-over: the matcher is asked, and what differs is kept."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from servicekit.errors import InvalidRequest
from servicekit.process.clock import Clock
from servicekit.process.failpoint import failpoint

from issuance.domain import case_collection
from issuance.domain.actor import Actor
from issuance.domain.case import Case
from issuance.domain.collector import Collector
from issuance.domain.events import ApplicationEvent
from issuance.domain.finger_check import (
    NOT_ASKED,
    FingerCheck,
    FingerCheckOff,
    FingerCheckPolicy,
    FingerCheckRule,
    FingerComparison,
    FingersDiffer,
    FingersUnusable,
)
from issuance.domain.fingers import FingerPosition, require_each_once
from issuance.domain.history import EventDetails
from issuance.store.records import Records, Store
from issuance.use_cases.apply_transition import ApplyTransition
from issuance.use_cases.hand_over import PassportCollection, require_hand_over
from issuance.use_cases.ports import FingerMatcher, Unavailable, UnusableFingers


@dataclass(frozen=True, slots=True)
class PresentedFingers:
    """Fingers of who collects a passport. samples: a serialized SampleSet, stored nowhere.

    positions: of the samples, in their order; empty if none were captured. request_id: the same
    for a repeated request. revision: as the caller has seen the application; 0 means any.
    """

    request_id: str
    positions: Sequence[FingerPosition] = ()
    samples: bytes = b""
    revision: int = 0


class CheckFingers:
    """Compares the fingers of who collects a passport with those of its application (1:1).

    No transaction is held while the matcher compares. longest_seconds: for which an officer waits.
    """

    def __init__(
        self,
        store: Store,
        matcher: FingerMatcher,
        policy: FingerCheckPolicy,
        apply_transition: ApplyTransition,
        clock: Clock,
        longest_seconds: float,
    ) -> None:
        self._store = store
        self._matcher = matcher
        self._policy = policy
        self._apply_transition = apply_transition
        self._clock = clock
        self._longest_seconds = longest_seconds

    async def __call__(
        self,
        application: str,
        by: Actor,
        collection: PassportCollection,
        presented: PresentedFingers,
        seconds: float | None,
    ) -> FingerComparison:
        """Return what was found; fingers that differ are recorded before they are refused.

        seconds: of real time that the matcher may take, at most `longest_seconds`. Raises
        FingersDiffer, FingersUnusable, FingerTwice, FingerCheckOff, InvalidRequest for the fingers
        of a proxy, StaleRevision, FingerTriesUsed, and what `require_hand_over` raises.
        """
        if not presented.positions:
            return NOT_ASKED
        request_id = await asyncio.to_thread(_request_id, by, presented)
        async with self._store.read() as records:
            case = await records.cases.get(application)
            await require_hand_over(records, case, by, collection)
            is_recorded = await _is_recorded(records, application, request_id)
        self._require_comparable(case, collection, presented)
        if case.finger_check_waived:
            return FingerComparison(FingerCheck.WAIVED)
        if case.without_fingerprints:
            return FingerComparison(FingerCheck.NOT_ON_RECORD)
        if is_recorded:
            raise _fingers_differ(case)
        case.require_revision(presented.revision).finger_check.require_tries()
        comparison = await self._compare(case, request_id, presented, seconds)
        failpoint("check_fingers.after_call")
        if comparison.found is FingerCheck.NO_MATCH:
            case = await self._record(case.id, by, comparison, request_id)
            failpoint("check_fingers.after_commit")
            raise _fingers_differ(case)
        return comparison

    def _require_comparable(
        self, case: Case, collection: PassportCollection, presented: PresentedFingers
    ) -> None:
        if collection.collector is Collector.PROXY:
            raise InvalidRequest("the fingers of a proxy are not on record", field="samples")
        if self._policy.rule(case.office) is FingerCheckRule.OFF:
            raise FingerCheckOff("this office makes no finger checks", field="samples")
        require_each_once(presented.positions)

    async def _compare(
        self, case: Case, request_id: str, presented: PresentedFingers, seconds: float | None
    ) -> FingerComparison:
        longest = self._longest_seconds
        allowed = longest if seconds is None else min(seconds, longest)
        try:
            return await self._matcher.compare_fingers(
                request_id, case.encounter_id, presented.samples, allowed
            )
        except UnusableFingers as error:
            raise FingersUnusable(
                "these fingers cannot be compared: take them again",
                field=error.field or "samples",
                problem=str(error),
            ) from None
        except Unavailable:
            return FingerComparison(FingerCheck.MATCHER_UNAVAILABLE)

    async def _record(
        self, application: str, by: Actor, comparison: FingerComparison, request_id: str
    ) -> Case:
        """Record fingers that differ, once for each request; return the case.

        Whatever else of the application was changed while the matcher compared.
        """
        async with self._store.begin() as records:
            case = await records.cases.get(application)
            if await _is_recorded(records, application, request_id):
                return case
            details = EventDetails(
                finger_check=comparison.found,
                finger_check_decision=comparison.decision_id,
                finger_check_request=request_id,
            )
            return await self._apply_transition(
                records,
                case_collection.fingers_differed(case),
                ApplicationEvent.FAIL_FINGER_CHECK,
                by,
                self._clock.now(),
                details,
            )


def _request_id(by: Actor, presented: PresentedFingers) -> str:
    """Return the id of a request to the matcher: another one for other fingers or callers."""
    caller = f"{by.uri}\n{by.on_behalf_of}\n{presented.request_id}\n"
    return hashlib.sha256(caller.encode() + presented.samples).hexdigest()


async def _is_recorded(records: Records, application: str, request_id: str) -> bool:
    """Return whether an earlier attempt of the same request has recorded fingers that differ."""
    history = await records.history.of_case(application)
    return request_id in {entry.details.finger_check_request for entry in history}


def _fingers_differ(case: Case) -> FingersDiffer:
    return FingersDiffer(
        "the fingers are not those of the application",
        field="samples",
        tries_left=str(case.finger_check.tries_left),
        revision=str(case.revision),
    )
