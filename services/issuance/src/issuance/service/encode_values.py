"""Values of the domain that may be absent as messages of the contract."""

from datetime import date, datetime
from typing import cast

from google.protobuf.timestamp_pb2 import Timestamp
from passport.type.v1 import civil_pb2

from issuance.domain.formatting import LocalizedText
from issuance.serialization import calendar_date


# A message field set to None stays absent, although the generated types do not say so.
def timestamp(at: datetime | None) -> Timestamp:
    """Return an instant; None stays absent."""
    if at is None:
        return cast(Timestamp, None)
    stamp = Timestamp()
    stamp.FromDatetime(at)
    return stamp


def optional_date(day: date | None) -> civil_pb2.CalendarDate:
    """Return a day; None stays absent."""
    return cast(civil_pb2.CalendarDate, None) if day is None else calendar_date(day)


def localized_text(text: LocalizedText | None) -> civil_pb2.LocalizedText:
    """Return a text in both languages; None stays absent."""
    if text is None:
        return cast(civil_pb2.LocalizedText, None)
    return civil_pb2.LocalizedText(id=text.id, en=text.en)
