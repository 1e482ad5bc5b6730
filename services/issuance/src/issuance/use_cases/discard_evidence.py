"""What the matcher found of an applicant as another person counts no longer.

Who was only verified is verified, or identified, anew. For who was identified examiners decide,
with the other person among the candidates: the matcher has searched for the fingers already.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from issuance.domain import case_identification
from issuance.domain.actor import ISSUANCE
from issuance.domain.adjudication_referral import AdjudicationCause, Candidate
from issuance.domain.adjudication_task import Adjudication, AdjudicationTask
from issuance.domain.case import Case
from issuance.domain.events import ApplicationEvent
from issuance.domain.history import EventDetails, HistoryEntry
from issuance.domain.merge_undoing import is_found_since, is_undone_since
from issuance.domain.states import FINAL_STATES, ApplicationState
from issuance.store.records import Records
from issuance.use_cases.adjudicate import withdraw_tasks
from issuance.use_cases.apply_transition import ApplyTransition
from issuance.use_cases.stop_printing import stop_printing

_GO_BACK = frozenset(
    {ApplicationState.AWAITING_APPROVAL, ApplicationState.APPROVED, ApplicationState.PRINT_FAILED}
)
_UNKNOWN_SCORE = 0.0


async def discard_evidence(
    records: Records,
    case: Case,
    other: str,
    now: datetime,
    reason: str,
    apply_transition: ApplyTransition,
    new_id: Callable[[], str],
) -> Case:
    """Take back how far a case has come by the record of another person.

    case: whose person is the right one again. other: as whom its applicant was verified or
    identified. A book that is being made of one verified is held until the identification, which is
    due. Raises AtThePrinter while it is not known whether a printer has the job of one identified.
    """
    if case.state in FINAL_STATES or not case.decision_id:
        return case
    if case.identification_due or case.state is ApplicationState.IDENTIFYING:
        return await _verify_again(records, case, now, reason, apply_transition)
    if case.own_record_first is None:
        return case
    return await _refer(records, case, other, now, apply_transition, new_id)


async def discard_evidence_on_appeal(
    records: Records,
    case: Case,
    history: Sequence[HistoryEntry],
    now: datetime,
    reason: str,
    apply_transition: ApplyTransition,
    new_id: Callable[[], str],
) -> Case:
    """Do the same with a case that had ended when its person became two again.

    history: of the case until the appeal.
    """
    if not is_undone_since(history):
        return case
    for merge in reversed(await records.person_merges.undone_of_former(case.person_id)):
        if is_found_since(merge, history, case.id):
            return await discard_evidence(
                records, case, merge.into_person, now, reason, apply_transition, new_id
            )
    return case


async def _verify_again(
    records: Records, case: Case, now: datetime, reason: str, apply_transition: ApplyTransition
) -> Case:
    unverified = case_identification.without_verification(case)
    waits = case.state in _GO_BACK and not case.is_at_the_printer
    if waits and not case.makes_emergency_document:
        unverified = await apply_transition(
            records,
            case_identification.without_identification_due(unverified),
            ApplicationEvent.DISCARD_VERIFICATION,
            ISSUANCE,
            now,
            EventDetails(reason=reason),
        )
    else:
        unverified = replace(unverified, revision=case.revision + 1)
        await records.cases.save(unverified)
    await apply_transition.add_verification(records, unverified)
    return unverified


async def _refer(
    records: Records,
    case: Case,
    other: str,
    now: datetime,
    apply_transition: ApplyTransition,
    new_id: Callable[[], str],
) -> Case:
    earlier = await records.adjudication_tasks.of_case(case.id)
    if earlier and earlier[-1].cause is AdjudicationCause.OWN_RECORD_MISSING:
        return case  # the other person was not found
    await withdraw_tasks(records, case.id, now)
    cause, found = AdjudicationCause.OTHER_PERSON_FOUND, case
    if case.state is ApplicationState.PRINTING:
        found = await stop_printing(records, case)
    found = case_identification.identified(found, case.decision_id, False, examined=True)
    if case.state is ApplicationState.ADJUDICATION:
        found = replace(found, revision=case.revision + 1)
        await records.cases.save(found)
    else:
        event, details = ApplicationEvent.REFER_TO_EXAMINERS, EventDetails(adjudication_cause=cause)
        found = await apply_transition(records, found, event, ISSUANCE, now, details)
    known = earlier[-1].candidates if earlier else ()
    others = [each for each in known if each.person_id not in (case.person_id, other)]
    candidates = (Candidate(other, _UNKNOWN_SCORE), *others)
    await records.adjudication_tasks.add(
        AdjudicationTask(
            id=new_id(),
            case=case.id,
            office=case.office,
            person_id=case.person_id,
            cause=cause,
            decision_id=case.decision_id,
            candidates=candidates,
            calibration=earlier[-1].calibration if earlier else "",
            hits_total=len(candidates),
            opened_at=now,
            adjudication=Adjudication(excluded=frozenset(), clearances_needed=2),
        )
    )
    return found
