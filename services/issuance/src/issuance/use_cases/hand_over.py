"""The hand-over of a passport to its holder or the proxy, and what a finger check means for it."""

from dataclasses import dataclass, replace
from datetime import datetime

from issuance.domain import case_collection, case_decision, case_identification
from issuance.domain.activity import Activity
from issuance.domain.actor import Actor
from issuance.domain.case import Case
from issuance.domain.collector import Collector, require_appointed
from issuance.domain.events import ApplicationEvent
from issuance.domain.finger_check import FingerCheck, FingerCheckPolicy, FingerComparison
from issuance.domain.history import EventDetails
from issuance.domain.separation_of_duties import require_another, require_separate_duties
from issuance.domain.transitions import find_transition
from issuance.store.records import Records
from issuance.use_cases.apply_transition import ApplyTransition
from issuance.use_cases.require_not_stopped import require_not_stopped


@dataclass(frozen=True, slots=True)
class PassportCollection:
    """Who collects a passport. signed_by: name. proxy_identity_number: shown by a proxy."""

    signed_by: str
    collector: Collector = Collector.HOLDER
    proxy_identity_number: str = ""


async def require_hand_over(
    records: Records, case: Case, by: Actor, collection: PassportCollection
) -> None:
    """Raise an error unless the passport may be handed over, whatever a finger check finds.

    IllegalTransition, NotPermitted, IdentificationDue, SeparationOfDuties, TravelBanHeld,
    StoppedByOutage, NotTheProxy.
    """
    # First: who asks for a book that is held learns why.
    case_identification.require_identified(case)
    find_transition(case.state, ApplicationEvent.HAND_OVER, by.role)
    await require_not_stopped(records, case.office, Activity.HAND_OVER)
    history = await records.history.of_case(case.id)
    require_separate_duties(ApplicationEvent.HAND_OVER, by.person, history)
    require_appointed(collection.collector, collection.proxy_identity_number, case.proxy)
    if collection.collector is Collector.PROXY and case.proxy:
        require_another(by.person, case.proxy.appointed_by, ApplicationEvent.HAND_OVER)
    case_decision.require_not_held(case)


async def hand_over(
    records: Records,
    case: Case,
    by: Actor,
    now: datetime,
    collection: PassportCollection,
    policy: FingerCheckPolicy,
    comparison: FingerComparison,
    apply_transition: ApplyTransition,
) -> Case:
    """Hand the passport over to the holder or the appointed proxy, who signs for it.

    comparison: of the holder's fingers. Raises what `require_hand_over` raises,
    FingerTriesUsed, FingerCheckRequired, FingerCheckUnavailable.
    """
    await require_hand_over(records, case, by, collection)
    case.finger_check.require_tries()
    details = EventDetails(signed_by=collection.signed_by, collected_by=collection.collector)
    if collection.collector is Collector.HOLDER:
        case.finger_check.require_passed(policy.rule(case.office), comparison.found)
        details = replace(
            details,
            finger_check=_recorded(case, comparison.found),
            finger_check_decision=comparison.decision_id,
        )
    else:
        case.finger_check.require_doubtless()
    return await apply_transition(
        records,
        case_collection.handed_over(case, now),
        ApplicationEvent.HAND_OVER,
        by,
        now,
        details,
    )


def _recorded(case: Case, found: FingerCheck) -> FingerCheck:
    waived = case.finger_check_waived and found is not FingerCheck.MATCH
    return FingerCheck.WAIVED if waived else found


async def waive_finger_check(
    records: Records,
    case: Case,
    by: Actor,
    now: datetime,
    reason: str,
    policy: FingerCheckPolicy,
    apply_transition: ApplyTransition,
) -> Case:
    """Let a passport be handed over without a finger check. reason: by what the holder is known.

    Raises IllegalTransition, NotPermitted, SeparationOfDuties, NothingToWaive.
    """
    event = ApplicationEvent.WAIVE_FINGER_CHECK
    find_transition(case.state, event, by.role)
    require_separate_duties(event, by.person, await records.history.of_case(case.id))
    case.finger_check.require_to_waive(policy.rule(case.office))
    waived = case_collection.without_finger_check(case)
    return await apply_transition(records, waived, event, by, now, EventDetails(reason=reason))
