"""Offices and special days of requests as values of the domain."""

from datetime import datetime, time
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import holidays
from passport.issuance.v1 import offices_pb2 as pb
from servicekit.errors import InvalidRequest

from issuance.domain.office_changes import OfficeChanges
from issuance.domain.special_day import SpecialDay, SpecialDayKind
from issuance.domain.time_zone import time_zone
from issuance.service.decode import decode_date


def decode_office_changes(request: pb.PutOfficeRequest) -> OfficeChanges:
    """Return what a request wants recorded of an office. Raises InvalidRequest with the field."""
    country = _given(request, "country")
    if country is not None and country not in holidays.list_supported_countries():
        raise InvalidRequest("no holidays are known for this country", field="country")
    printer = _given(request, "printer")
    if printer and not 0 < int(printer.rpartition(":")[2]) < 65536:
        raise InvalidRequest("a port is 1 to 65535", field="printer")
    books_per_day = _given(request, "books_per_machine_per_day")
    return OfficeChanges(
        office=request.office,
        name=_given(request, "name"),
        zone=_zone(request),
        country=country,
        opens=_hour(request, "opens"),
        closes=_hour(request, "closes"),
        collection_from=_hour(request, "collection_from"),
        promise_working_days=_given(request, "promise_working_days"),
        printer=printer,
        languages=tuple(request.languages) or None,
        machines=_given(request, "machines"),
        books_per_day=None if books_per_day is None else Fraction(str(books_per_day)),
    )


def decode_special_day(
    request: pb.AddClosureRequest | pb.AddWorkingDayRequest, by: str, now: datetime
) -> SpecialDay:
    """Return the special day that a request declares. Raises BadDate."""
    closed = isinstance(request, pb.AddClosureRequest)
    return SpecialDay(
        office=request.office,
        day=decode_date(request.day, "day"),
        kind=SpecialDayKind.CLOSED if closed else SpecialDayKind.WORKED,
        reason=request.reason,
        declared_by=by,
        declared_at=now,
    )


def _given(request: pb.PutOfficeRequest, field: str) -> Any:
    return getattr(request, field) if request.HasField(field) else None  # type: ignore[arg-type]


def _zone(request: pb.PutOfficeRequest) -> ZoneInfo | None:
    name = _given(request, "timezone")
    try:
        return None if name is None else time_zone(name)
    except ValueError as error:
        raise InvalidRequest(str(error), field="timezone") from None


def _hour(request: pb.PutOfficeRequest, field: str) -> time | None:
    text = _given(request, field)
    return None if text is None else time.fromisoformat(text)
