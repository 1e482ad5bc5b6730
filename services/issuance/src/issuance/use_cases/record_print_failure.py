"""A print that failed for good: the case waits for a person, and its book is another's."""

from datetime import datetime

from issuance.domain import case_printing
from issuance.domain.actor import ISSUANCE
from issuance.domain.case import Case
from issuance.domain.events import ApplicationEvent
from issuance.domain.history import EventDetails
from issuance.domain.print_failure import PrintFailure
from issuance.store.records import Records
from issuance.use_cases.apply_transition import ApplyTransition


async def record_print_failure(
    records: Records,
    case: Case,
    failure: PrintFailure,
    now: datetime,
    apply_transition: ApplyTransition,
) -> Case:
    """Return the case, which waits for its correction, withdrawal or another approval."""
    details = EventDetails(
        reason=f"{failure.reason} {failure.message}".strip(), print_job=case.print_job
    )
    return await apply_transition(
        records,
        case_printing.print_failed(case, failure),
        ApplicationEvent.FAIL_PRINT,
        ISSUANCE,
        now,
        details,
    )
