"""Dates, times and holders of requests as values of the domain."""

import unicodedata
from datetime import UTC, date, datetime

from google.protobuf.timestamp_pb2 import Timestamp
from passport.issuance.v1 import applications_pb2
from passport.type.v1 import civil_pb2
from servicekit.errors import InvalidRequest

from issuance.domain.collector import Proxy
from issuance.domain.contact import Contact
from issuance.domain.date_of_birth import require_possible_birth
from issuance.domain.portrait_exception import PortraitException
from issuance.domain.working_time import BadDate
from issuance.service.enum_codes import PORTRAIT_EXCEPTION_OF


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


def decode_contact(given: applications_pb2.Contact) -> Contact:
    """Return how an applicant is notified."""
    return Contact(given.email, given.phone)


def decode_proxy(request: applications_pb2.AppointProxyRequest) -> Proxy | None:
    """Return who may collect a passport in place of the holder; None for nobody."""
    given = request.proxy
    if not request.HasField("proxy"):
        return None
    return Proxy(given.name, given.identity_number, given.letter_of_authority)


def decode_portrait_exception(
    request: applications_pb2.SubmitPortraitRequest,
) -> PortraitException | None:
    """Return why defects of a photo do not matter; None if they do. Raises InvalidRequest."""
    exception = PORTRAIT_EXCEPTION_OF.get(request.exception)
    if exception is not None and not request.explanation:
        raise InvalidRequest("say why in words", field="explanation")
    return exception
