"""Dates, fingerprints and holders as the contracts write them."""

from datetime import date
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from passport.type.v1 import biometrics_pb2, civil_pb2


def some_fingers(data: bytes) -> list[biometrics_pb2.FingerSample]:
    """Build the sample of a right index finger; the simulated matcher compares its bytes."""
    template = biometrics_pb2.FingerTemplate(
        data=data, format=biometrics_pb2.TEMPLATE_FORMAT_ISO_19794_2_2011
    )
    index = biometrics_pb2.FINGER_POSITION_RIGHT_INDEX
    return [biometrics_pb2.FingerSample(position=index, template=template)]


def a_holder(**changes: Any) -> civil_pb2.BiographicData:
    """Build the data printed in a passport; `changes` replace fields."""
    holder = civil_pb2.BiographicData(
        name=civil_pb2.PersonName(primary="RAHMAN", secondary="SITI"),
        nationality="IDN",
        born_on=civil_pb2.CalendarDate(year=1990, month=2, day=28),
        birth_place="Banjarmasin",
        sex=civil_pb2.SEX_FEMALE,
    )
    holder.MergeFrom(civil_pb2.BiographicData(**changes))
    return holder


def day(given: civil_pb2.CalendarDate) -> str:
    """Write a date as 2018-11-05."""
    return date(given.year, given.month, given.day).isoformat()


def timestamp(text: str) -> Timestamp:
    """Read an instant, as in 2018-11-05T07:00:00+08:00."""
    stamp = Timestamp()
    stamp.FromJsonString(text)
    return stamp


def calendar_date(text: str) -> civil_pb2.CalendarDate:
    """Read a date, as in 2018-11-05."""
    given = date.fromisoformat(text)
    return civil_pb2.CalendarDate(year=given.year, month=given.month, day=given.day)
