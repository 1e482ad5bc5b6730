"""The history of an application as messages of the contract."""

from passport.issuance.v1 import adjudication_pb2
from passport.issuance.v1 import applications_pb2 as pb
from passport.type.v1 import civil_pb2

from issuance.domain.history import HistoryEntry
from issuance.service.encode_applications import loss_finding
from issuance.service.encode_values import timestamp
from issuance.service.enum_codes import (
    ADJUDICATION_CAUSES,
    APPLICATION_STATES,
    COLLECTORS,
    FINGER_CHECKS,
    GUARDIAN_RELATIONS,
)


def history_entry(entry: HistoryEntry) -> pb.HistoryEntry:
    """Return one entry of the history of an application."""
    details = entry.details
    cause = details.adjudication_cause
    return pb.HistoryEntry(
        event=entry.event,
        from_state=APPLICATION_STATES[entry.source]
        if entry.source
        else pb.APPLICATION_STATE_UNSPECIFIED,
        to_state=APPLICATION_STATES[entry.target],
        by=entry.by,
        on_behalf_of=entry.on_behalf_of,
        at=timestamp(entry.at),
        reason=details.reason,
        payment_receipt=details.payment_receipt,
        interview_notes=details.interview_notes,
        adjudication_cause=ADJUDICATION_CAUSES[cause]
        if cause
        else adjudication_pb2.TASK_CAUSE_UNSPECIFIED,
        document_number=details.document_number,
        print_job_id=details.print_job,
        book_serial=details.book_serial,
        signed_by=details.signed_by,
        collected_by=COLLECTORS[details.collected_by]
        if details.collected_by
        else pb.COLLECTOR_UNSPECIFIED,
        finger_check=FINGER_CHECKS[details.finger_check]
        if details.finger_check
        else pb.FINGER_CHECK_UNSPECIFIED,
        finger_check_decision_id=details.finger_check_decision,
        previous_holder=_holder(details.previous_holder),
        corrected_holder=_holder(details.corrected_holder),
        previous_identity_number=details.previous_identity_number,
        corrected_identity_number=details.corrected_identity_number,
        guardian_present=GUARDIAN_RELATIONS[details.guardian_present]
        if details.guardian_present
        else pb.GUARDIAN_RELATION_UNSPECIFIED,
        loss_finding=loss_finding(details.loss_finding),
        amount_rupiah=details.amount_rupiah,
    )


def _holder(data: bytes | None) -> civil_pb2.BiographicData | None:
    return None if data is None else civil_pb2.BiographicData.FromString(data)
