"""What requests hold as values of the domain: dates, holders, documents, interviews."""

import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime

from google.protobuf.timestamp_pb2 import Timestamp
from passport.issuance.v1 import applications_pb2
from passport.matcher.v1.identification_pb2 import SampleSet
from passport.type.v1 import civil_pb2
from servicekit.errors import InvalidRequest

from issuance.domain.collector import Proxy
from issuance.domain.contact import Contact
from issuance.domain.date_of_birth import require_possible_birth
from issuance.domain.fingers import FingerPosition, FingerSubmission
from issuance.domain.guardian import Guardian
from issuance.domain.portrait_exception import PortraitException
from issuance.domain.replacement import LossPapers
from issuance.domain.tariff import Tariff
from issuance.domain.working_time import BadDate
from issuance.service.enum_codes import (
    APPLICATION_TYPE_OF,
    COLLECTOR_OF,
    GUARDIAN_RELATION_OF,
    LOSS_FINDING_OF,
    MISSING_REASON_OF,
    PORTRAIT_EXCEPTION_OF,
    PRIORITY_CLASS_OF,
)
from issuance.use_cases.accept_documents import ShownDocuments
from issuance.use_cases.application_steps import Correction
from issuance.use_cases.check_fingers import PresentedFingers
from issuance.use_cases.create_application import NewApplication
from issuance.use_cases.hand_over import PassportCollection
from issuance.use_cases.record_interview import Interview


def decode_date(given: civil_pb2.CalendarDate, field: str) -> date:
    """Return the day of a field. Raises BadDate if the calendar has no such day."""
    try:
        return date(given.year, given.month, given.day)
    except ValueError:
        raise BadDate("the calendar has no such day", field=field) from None


def decode_instant(given: Timestamp, field: str) -> datetime:
    """Return the instant of a field, in UTC. Raises BadDate outside the years 1 to 9999."""
    try:
        return given.ToDatetime().replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise BadDate("not a time that can be used here", field=field) from None


def decode_holder(given: civil_pb2.BiographicData, today: date) -> bytes:
    """Return the serialized holder, its text composed (NFC). today: at the office.

    Raises BadDate, naming holder.born_on, for an impossible date of birth.
    """
    require_possible_birth(decode_date(given.born_on, "holder.born_on"), today, "holder.born_on")
    holder = civil_pb2.BiographicData()
    holder.CopyFrom(given)
    for message, field in (
        (holder.name, "primary"),
        (holder.name, "secondary"),
        (holder, "birth_place"),
    ):
        setattr(message, field, unicodedata.normalize("NFC", getattr(message, field)))
    return holder.SerializeToString(deterministic=True)


def decode_new_application(
    request: applications_pb2.CreateApplicationRequest, today: date, tariff: Tariff | None
) -> NewApplication:
    """Return what is applied for. today: at its office. tariff: None: no fee. Raises BadDate."""
    kind = APPLICATION_TYPE_OF[request.type]
    priority = PRIORITY_CLASS_OF[request.priority_class]
    return NewApplication(
        office=request.office,
        type=kind,
        priority_class=priority,
        fee=tariff.fee(kind, priority) if tariff else None,
        holder=decode_holder(request.holder, today),
        person_id=request.person_id,
        document_number=request.document_number,
        identity_number=request.identity_number,
        contact=decode_contact(request.contact),
        language=request.language,
    )


def decode_contact(given: applications_pb2.Contact) -> Contact:
    """Return how an applicant is notified."""
    return Contact(given.email, given.phone)


def decode_proxy(request: applications_pb2.AppointProxyRequest) -> Proxy | None:
    """Return who may collect a passport in place of the holder; None for nobody."""
    given = request.proxy
    if not request.HasField("proxy"):
        return None
    return Proxy(given.name, given.identity_number, given.letter_of_authority)


def decode_collection(request: applications_pb2.HandOverRequest) -> PassportCollection:
    """Return who collects a passport."""
    return PassportCollection(
        request.signed_by, COLLECTOR_OF[request.collected_by], request.proxy_identity_number
    )


def decode_presented_fingers(request: applications_pb2.HandOverRequest) -> PresentedFingers:
    """Return the fingers of who collects a passport."""
    return PresentedFingers(
        request.request_id,
        [FingerPosition(sample.position) for sample in request.samples],
        SampleSet(samples=request.samples).SerializeToString(deterministic=True),
        request.revision,
    )


def decode_portrait_exception(
    request: applications_pb2.SubmitPortraitRequest,
) -> PortraitException | None:
    """Return why defects of a photo do not matter; None if they do. Raises InvalidRequest."""
    exception = PORTRAIT_EXCEPTION_OF.get(request.exception)
    if exception is not None and not request.explanation:
        raise InvalidRequest("say why in words", field="explanation")
    return exception


def decode_documents(request: applications_pb2.AcceptDocumentsRequest) -> ShownDocuments:
    """Return what was shown or handed in."""
    papers = LossPapers(request.police_report, request.returned_document_number)
    return ShownDocuments(_guardians(request.guardians), request.married, papers)


def decode_fingers(request: applications_pb2.SubmitBiometricsRequest) -> FingerSubmission:
    """Return the samples, and which fingers are missing for what reason. Raises BadDate."""
    missing = {
        FingerPosition(sample.position): MISSING_REASON_OF[sample.missing_reason]
        for sample in request.samples
        if sample.HasField("missing_reason")
    }
    back_on = (
        decode_date(request.come_back_on, "come_back_on")
        if request.HasField("come_back_on")
        else None
    )
    return FingerSubmission(
        [FingerPosition(sample.position) for sample in request.samples],
        missing,
        SampleSet(
            samples=request.samples, confirmed_different=bool(request.confirmed_different)
        ).SerializeToString(deterministic=True),
        back_on,
        request.confirmed_different,
    )


def decode_correction(request: applications_pb2.CorrectDataRequest, today: date) -> Correction:
    """Return what replaces the data of an application. today: at its office. Raises BadDate."""
    married = request.married if request.HasField("married") else None
    number = request.identity_number if request.HasField("identity_number") else None
    holder = decode_holder(request.holder, today)
    return Correction(holder, _guardians(request.guardians), married, number)


def decode_interview(request: applications_pb2.RecordInterviewRequest) -> Interview:
    """Return what the officer recorded."""
    return Interview(
        request.notes,
        GUARDIAN_RELATION_OF.get(request.guardian_present),
        LOSS_FINDING_OF.get(request.loss_finding),
        request.identity_evidence,
    )


def _guardians(given: Iterable[applications_pb2.Guardian]) -> tuple[Guardian, ...]:
    return tuple(
        Guardian(
            unicodedata.normalize("NFC", guardian.name),
            guardian.identity_number,
            GUARDIAN_RELATION_OF[guardian.relation],
            guardian.consents,
        )
        for guardian in given
    )
