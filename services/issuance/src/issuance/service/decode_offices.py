"""Offices and special days of requests as values of the domain."""

from datetime import datetime, time
from zoneinfo import ZoneInfo, available_timezones

import holidays
from passport.issuance.v1 import offices_pb2 as pb
from servicekit.errors import InvalidRequest

from issuance.domain.collection_hours import CollectionHours
from issuance.domain.office import Office
from issuance.domain.special_day import SpecialDay, SpecialDayKind
from issuance.domain.working_time import Calendar
from issuance.service.decode import decode_date

_PROMISE_WORKING_DAYS = 3


def decode_office(request: pb.PutOfficeRequest, country: str) -> Office:
    """Return the office of a request. country: whose holidays apply if it names none.

    Raises InvalidRequest, which names the field.
    """
    country = request.country or country
    if country not in holidays.list_supported_countries():
        raise InvalidRequest("no holidays are known for this country", field="country")
    if request.timezone not in available_timezones():
        raise InvalidRequest(
            "unknown time zone; give an IANA name such as Asia/Makassar", field="timezone"
        )
    opens, closes = _hour(request.opens, time(8)), _hour(request.closes, time(16))
    if opens >= closes:
        raise InvalidRequest("an office opens before it closes", field="closes")
    collection_from = _hour(request.collection_from, time(14))
    if collection_from >= closes:
        raise InvalidRequest("passports are handed out before it closes", field="collection_from")
    port = int(request.printer.rpartition(":")[2] or 1)
    if not 0 < port < 65536:
        raise InvalidRequest("a port is 1 to 65535", field="printer")
    promised = request.HasField("promise_working_days")
    return Office(
        id=request.office,
        name=request.name,
        collection=CollectionHours(
            Calendar(ZoneInfo(request.timezone), country, opens, closes), collection_from
        ),
        promise_working_days=request.promise_working_days if promised else _PROMISE_WORKING_DAYS,
        printer=request.printer,
        languages=tuple(request.languages) or ("id",),
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


def _hour(text: str, default: time) -> time:
    return time.fromisoformat(text) if text else default
