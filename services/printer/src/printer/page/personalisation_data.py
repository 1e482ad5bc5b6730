"""The payload that a clearance is signed over, read as the data of a page."""

from datetime import date

from google.protobuf.message import DecodeError
from passport.printer.v1 import jobs_pb2 as pb
from passport.type.v1 import civil_pb2
from servicekit.errors import InvalidRequest
from servicekit.grpc.message_checks import validate

from printer.domain.errors import BadPayload
from printer.page.data_page import PageData
from printer.page.mrz import MrzData

_SEXES = {civil_pb2.SEX_UNSPECIFIED: "X", civil_pb2.SEX_FEMALE: "F", civil_pb2.SEX_MALE: "M"}
# Where in PersonalisationData the fields of a page come from; the others are settings.
_PATHS = {
    "document_number": "document_number",
    "document_code": "document_code",
    "issuing_state": "issuing_state",
    "primary_identifier": "holder.name.primary",
    "secondary_identifier": "holder.name.secondary",
    "nationality": "holder.nationality",
    "date_of_birth": "holder.born_on",
    "place_of_birth": "holder.birth_place",
    "sex": "holder.sex",
    "personal_number": "holder.personal_number",
    "date_of_issue": "issued_on",
    "date_of_expiry": "expires_on",
    "authority": "issuing_office",
    "portrait": "portrait",
}


class PersonalisationDataReader:
    """Reads payloads: serialised passport.printer.v1.PersonalisationData.

    issuing_state_name: the issuing state in full, as printed at the head of the page.
    """

    def __init__(self, issuing_state_name: str) -> None:
        self._issuing_state_name = issuing_state_name

    def __call__(self, payload: bytes) -> PageData:
        """Return the data of the page; raise BadPayload, naming the field at fault."""
        data = _decode(payload)
        holder = data.holder
        mrz = MrzData(
            document_code=data.document_code,
            issuing_state=data.issuing_state,
            primary_identifier=holder.name.primary,
            secondary_identifier=holder.name.secondary,
            document_number=data.document_number,
            nationality=holder.nationality,
            date_of_birth=_day(holder.born_on, "holder.born_on"),
            sex=_SEXES[holder.sex],
            date_of_expiry=_day(data.expires_on, "expires_on"),
            personal_number=holder.personal_number,
        )
        issued_on = _day(data.issued_on, "issued_on")
        if not mrz.date_of_birth <= issued_on < mrz.date_of_expiry:
            raise BadPayload("birth, issue and expiry are not in order", field="payload.expires_on")
        return PageData(
            mrz=mrz,
            issuing_state_name=self._issuing_state_name,
            place_of_birth=holder.birth_place,
            date_of_issue=issued_on,
            authority=data.issuing_office,
            portrait=data.portrait,
        )


def payload_path(field: str) -> str:
    """Return the path, in a CreatePrintJobRequest, of the value of a field of the page."""
    return f"payload.{_PATHS[field]}" if field in _PATHS else "payload"


def _decode(payload: bytes) -> pb.PersonalisationData:
    try:
        data = pb.PersonalisationData.FromString(payload)
        validate(data)
    except DecodeError:
        raise BadPayload("not personalisation data", field="payload") from None
    except InvalidRequest as error:
        path = f"payload.{error.field}" if error.field else "payload"
        raise BadPayload(error.message, field=path) from None
    return data


def _day(day: civil_pb2.CalendarDate, field: str) -> date:
    try:
        return date(day.year, day.month, day.day)
    except ValueError:
        raise BadPayload("there is no such day", field=f"payload.{field}") from None
