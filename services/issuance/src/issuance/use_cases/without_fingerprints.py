"""Applicants without a usable finger: two persons decide on their identity by photo and interview.

The officer who holds the interview is the first, a supervisor who took no step of the intake the
second. The matcher is asked nothing.
"""

from datetime import date, datetime

from issuance.domain import case_intake
from issuance.domain.actor import Actor
from issuance.domain.case import Case
from issuance.domain.events import ApplicationEvent
from issuance.domain.finger_quality import FingerAssessment, altered_in_words
from issuance.domain.fingers import FingerSubmission, require_never_compared
from issuance.domain.history import EventDetails
from issuance.domain.separation_of_duties import require_separate_duties
from issuance.domain.transitions import find_transition
from issuance.store.records import Records
from issuance.use_cases.apply_transition import ApplyTransition


async def submit_fingers(
    records: Records,
    case: Case,
    by: Actor,
    now: datetime,
    submission: FingerSubmission,
    found: FingerAssessment,
    today: date,
    apply_transition: ApplyTransition,
) -> Case:
    """Store fingerprints until the matcher has them, or record why there are none.

    found: what the matcher says of them. today: at the office. Raises IllegalTransition,
    NotPermitted, FingersWereUsable and what `FingerSubmission.require_complete` raises.
    """
    event = submission.event
    find_transition(case.state, event, by.role)
    submission.require_complete(today)
    if event is ApplicationEvent.DECLARE_NO_FINGERPRINTS:
        history = await records.history.of_case(case.id)
        require_never_compared(entry.event for entry in history)
    changed = case_intake.with_fingers(
        case, captured=submission.any_captured, back_on=submission.come_back_on
    )
    details = EventDetails(reason=_in_words(submission, found))
    changed = await apply_transition(records, changed, event, by, now, details)
    await records.fingers.delete(case.id)
    if submission.any_captured:
        await records.fingers.store(case.id, submission.samples)
    return changed


def _in_words(submission: FingerSubmission, found: FingerAssessment) -> str:
    said = [submission.in_words] if submission.missing else []
    if submission.confirmed_different:
        said.append(f"{found.in_words}: {submission.confirmed_different}")
    if found.possibly_altered:
        said.append(altered_in_words(found.possibly_altered))
    return "; ".join(said)


async def establish_identity(
    records: Records,
    case: Case,
    by: Actor,
    now: datetime,
    reason: str,
    apply_transition: ApplyTransition,
) -> Case:
    """Record that a supervisor is sure who the applicant is. reason: by what.

    Raises IllegalTransition, NotPermitted, SeparationOfDuties.
    """
    event = ApplicationEvent.ESTABLISH_IDENTITY
    find_transition(case.state, event, by.role)
    require_separate_duties(event, by.person, await records.history.of_case(case.id))
    details = EventDetails(reason=reason)
    return await apply_transition(records, case, event, by, now, details)
