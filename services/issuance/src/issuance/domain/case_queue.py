"""The place of a case in the queue of its office, and its promised collection date."""

from dataclasses import replace

from issuance.domain import emergency_document
from issuance.domain.case import Case
from issuance.domain.completion import Completion, PromisedDate


def completed(case: Case, completion: Completion) -> Case:
    """Return the case with its place in the queue and its promised collection date."""
    promised = completion.promised_collection_date
    return replace(
        case,
        completed_at=completion.at,
        queue_number=completion.queue_number,
        applied_on=completion.applied_on,
        due_on=completion.due_on,
        promised_collection_date=promised,
        first_promised_collection_date=case.first_promised_collection_date or promised,
        date_change_reason=None,
        date_tentative=completion.tentative,
        legal_due_on=case.legal_due_on or completion.legal_due_on,
    )


def no_longer_complete(case: Case) -> Case:
    """Return the case without its place in the queue, since its fingers are unusable."""
    return replace(
        emergency_document.without_emergency_document(case),
        completed_at=None,
        queue_number=None,
        applied_on=None,
        due_on=None,
        delayed=False,
        print_failure=None,
        identification_due=False,
    )


def promised(case: Case, promise: PromisedDate) -> Case:
    """Return the case with another promised date, and its own place in the queue."""
    return replace(
        case,
        promised_collection_date=promise.collect_on,
        date_tentative=promise.tentative,
        date_change_reason=None,
        delayed=False,
    )
