"""What is printed in a passport, serialized as the printer's contract defines it."""

from dataclasses import dataclass
from datetime import date

from passport.printer.v1 import jobs_pb2 as pb
from passport.type.v1 import civil_pb2

from issuance.domain.case import Case
from issuance.domain.office import Office
from issuance.domain.validity import ValidityRule
from issuance.serialization import calendar_date

_PASSPORT, _EMERGENCY = "P", "PE"
"""Document codes of the machine-readable zone, ICAO 9303-4."""


@dataclass(frozen=True, slots=True)
class Personaliser:
    """Makes the personalisation data of a passport. issuing_state: ISO 3166-1 alpha-3."""

    issuing_state: str
    validity: ValidityRule

    def __call__(self, case: Case, office: Office, issued_on: date, portrait: bytes) -> bytes:
        """Return a serialized PersonalisationData; the same arguments give the same bytes."""
        data = pb.PersonalisationData(
            document_number=case.document_number,
            document_code=_EMERGENCY if case.makes_emergency_document else _PASSPORT,
            issuing_state=self.issuing_state,
            holder=civil_pb2.BiographicData.FromString(case.holder),
            issued_on=calendar_date(issued_on),
            expires_on=calendar_date(self.validity.printed_last_day(case.expires_on, issued_on)),
            issuing_office=office.name,
            portrait=portrait,
        )
        return data.SerializeToString(deterministic=True)
