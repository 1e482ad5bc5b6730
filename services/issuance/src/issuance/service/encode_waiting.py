"""What an application waits for, and why, as messages of the contract."""

from datetime import datetime
from typing import cast

from passport.issuance.v1 import applications_pb2 as pb

from issuance.domain.case import Case
from issuance.domain.wait_explanation import Intervention
from issuance.domain.waiting_on import WaitingOn
from issuance.service.encode_values import localized_text, optional_date, timestamp
from issuance.service.enum_codes import APPLICATION_STATES, RESPONSIBLE_PARTIES
from issuance.use_cases.application_details import ApplicationDetails
from issuance.use_cases.explain_wait import ExplainedWait


def wait_explanation(explained: ExplainedWait) -> pb.WaitExplanation:
    """Return what an application waits for, and why."""
    case, explanation = explained.details.case, explained.explanation
    return pb.WaitExplanation(
        application_id=case.id,
        office=case.office,
        state=APPLICATION_STATES[case.state],
        waiting=waiting(explained.details),
        responsible_office=explanation.responsible_office,
        first_promised_collection_date=optional_date(case.first_promised_collection_date),
        promised_collection_date=optional_date(case.promised_collection_date),
        date_as_if_outage_ended_now=explained.details.date_tentative,
        date_change_reason=localized_text(case.date_change_reason),
        applications_before=explanation.cases_before,
        sped_up_by=localized_text(explanation.sped_up_by),
        intervention=_intervention(explanation.intervention, case),
        identification_due=localized_text(explanation.identification_due),
        contact_missing=explanation.contact_missing,
        promise_due_on=optional_date(case.due_on),
        legal_due_on=optional_date(case.legal_due_on),
    )


def _intervention(intervention: Intervention | None, case: Case) -> pb.Intervention | None:
    if intervention is None:
        return None
    return pb.Intervention(
        responsible_party=RESPONSIBLE_PARTIES[intervention.by.responsible_party],
        office=case.office,
        what=localized_text(intervention.by.what),
        task_id=intervention.task,
    )


def waiting(details: ApplicationDetails) -> pb.Waiting:
    """Return what an application waits for; absent in a final state."""
    if details.waiting_on is None:
        return cast(pb.Waiting, None)
    encoded = waiting_on(details.waiting_on, details.case.state_since)
    encoded.MergeFrom(
        pb.Waiting(
            outage_id=details.outage,
            expected_until=timestamp(details.expected_until),
            late_since=timestamp(details.late_since),
        )
    )
    return encoded


def waiting_on(on: WaitingOn, since: datetime) -> pb.Waiting:
    """Return who must act, and for what something waits since an instant."""
    return pb.Waiting(
        responsible_party=RESPONSIBLE_PARTIES[on.responsible_party],
        since=timestamp(since),
        what=localized_text(on.what),
    )
