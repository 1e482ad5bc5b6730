"""Applications as messages of the contract."""

from passport.issuance.v1 import applications_pb2 as pb
from passport.type.v1 import biometrics_pb2, civil_pb2

from issuance.domain.case import Case
from issuance.domain.collector import Proxy
from issuance.domain.contact import Contact
from issuance.domain.finger_quality import FingerAssessment
from issuance.domain.guardian import Guardian
from issuance.domain.portrait import AcceptedPhoto
from issuance.domain.portrait_advice import ADVICE
from issuance.domain.print_failure import PrintFailure
from issuance.domain.reference import format_reference
from issuance.domain.replacement import LossFinding
from issuance.serialization import PRIORITY_CLASSES
from issuance.service.encode_values import localized_text, optional_date, timestamp
from issuance.service.encode_waiting import waiting
from issuance.service.enum_codes import (
    APPLICATION_STATES,
    APPLICATION_TYPES,
    GUARDIAN_RELATIONS,
    LOSS_FINDINGS,
    PORTRAIT_DEFECTS,
)
from issuance.use_cases.application_details import ApplicationDetails


def application(details: ApplicationDetails) -> pb.Application:
    """Return an application at one moment."""
    case = details.case
    shown = contacts(case)
    rest = pb.Application(
        application_id=case.id,
        office=case.office,
        type=APPLICATION_TYPES[case.type],
        priority_class=PRIORITY_CLASSES[case.priority_class],
        holder=civil_pb2.BiographicData.FromString(case.holder),
        person_id=case.person_id,
        state=APPLICATION_STATES[case.state],
        revision=case.revision,
        created_at=timestamp(case.created_at),
        completed_at=timestamp(case.completed_at),
        waiting=waiting(details),
        first_promised_collection_date=optional_date(case.first_promised_collection_date),
        promised_collection_date=optional_date(case.promised_collection_date),
        date_change_reason=localized_text(case.date_change_reason),
        date_as_if_outage_ended_now=details.date_tentative,
        service_seconds=int(details.clock.service_time.total_seconds()),
        elapsed_seconds=int(details.clock.elapsed_time.total_seconds()),
        document_number=case.document_number,
        book_serial=case.book_serial,
        reference=format_reference(case.reference),
        held=case.is_held,
        decision_id=case.decision_id,
        refusal_reason=localized_text(case.refusal_reason),
        handed_over_at=timestamp(case.handed_over_at),
        own_record_first=case.own_record_first,
        portrait_accepted_at=timestamp(case.portrait_accepted_at),
        print_failure=print_failure(case.print_failure),
        holder_differences=case.holder_differences,
        expires_on=optional_date(case.expires_on),
        married=case.married,
        police_report=case.police_report,
        returned_document_number=case.returned_document,
        loss_finding=loss_finding(case.loss_finding),
        force_majeure=case.force_majeure,
        without_fingerprints=case.without_fingerprints,
        come_back_on=optional_date(case.come_back_on),
        fee_rupiah=case.fee_rupiah,
        penalty_rupiah=case.penalty_rupiah,
        language=case.language,
        finger_mismatches=case.finger_mismatches,
        finger_check_waived=case.finger_check_waived,
        collect_until=optional_date(case.collect_until),
        promise_due_on=optional_date(case.due_on),
        legal_due_on=optional_date(case.legal_due_on),
        identification_due=case.identification_due,
        emergency_document=_emergency_document(case),
        identity_number=case.identity_number,
    )
    shown.MergeFrom(rest)
    return shown


def _emergency_document(case: Case) -> pb.EmergencyDocument | None:
    if case.emergency_days is None:
        return None
    return pb.EmergencyDocument(
        validity_days=case.emergency_days, first_approved_by=case.first_approved_by
    )


def contacts(case: Case) -> pb.Application:
    """Return an application with nothing but how the applicant is reached, and who acts for them.

    That is what may be erased before the rest of it: contact and proxy some days after the end,
    guardians of those who withdraw, do not collect the passport, or are no children after all.
    """
    return pb.Application(
        guardians=[_guardian(guardian) for guardian in case.guardians],
        contact=_contact(case.contact),
        proxy=_proxy(case.proxy),
    )


def _proxy(proxy: Proxy | None) -> pb.Proxy | None:
    if proxy is None:
        return None
    return pb.Proxy(
        name=proxy.name,
        identity_number=proxy.identity_number,
        letter_of_authority=proxy.letter,
    )


def _guardian(guardian: Guardian) -> pb.Guardian:
    return pb.Guardian(
        name=guardian.name,
        identity_number=guardian.identity_number,
        relation=GUARDIAN_RELATIONS[guardian.relation],
        consents=guardian.consents,
    )


def loss_finding(found: LossFinding | None) -> "pb.LossFinding.ValueType":
    """Return what an interview found about a loss; unspecified if nothing was to be found."""
    return LOSS_FINDINGS[found] if found else pb.LOSS_FINDING_UNSPECIFIED


def _contact(contact: Contact) -> pb.Contact | None:
    if not contact:
        return None
    return pb.Contact(email=contact.email, phone=contact.phone)


def submitted_fingers(application: pb.Application, assessment: FingerAssessment) -> pb.Application:
    """Return the answer to fingerprints: the application, and how good the samples are."""
    application.fingers_not_assessed = assessment.not_assessed
    application.finger_qualities.extend(
        pb.FingerQuality(
            position=biometrics_pb2.FingerPosition.ValueType(found.position),
            quality=found.quality,
            minutiae=found.minutiae,
            acceptable=found.is_acceptable,
            reason=found.reason,
            possibly_altered=found.possibly_altered,
            alteration_score=found.alteration_score,
        )
        for found in assessment.qualities
    )
    return application


def submitted_portrait(
    application: pb.Application, photo: AcceptedPhoto
) -> pb.SubmitPortraitResponse:
    """Return the answer to a photo that was accepted."""
    findings = [
        pb.PortraitFinding(defect=PORTRAIT_DEFECTS[defect], advice=localized_text(ADVICE[defect]))
        for defect in photo.recommendations
    ]
    return pb.SubmitPortraitResponse(
        application=application, eye_distance_pixels=photo.eye_distance, findings=findings
    )


def print_failure(failure: PrintFailure | None) -> pb.PrintFailure | None:
    """Return why no book was made; None stays absent."""
    if failure is None:
        return None
    return pb.PrintFailure(reason=failure.reason, field=failure.field, message=failure.message)
