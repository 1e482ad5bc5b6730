"""What is printed in a passport, serialized as the printer's contract defines it."""

from dataclasses import dataclass
from datetime import date

from passport.printer.v1 import jobs_pb2 as pb
from passport.type.v1 import civil_pb2

from issuance.domain.case import Case
from issuance.domain.office import Office
from issuance.serialization import calendar_date


@dataclass(frozen=True, slots=True)
class Personaliser:
    """Makes the personalisation data of a passport. issuing_state: ISO 3166-1 alpha-3."""

    issuing_state: str
    valid_years: int

    def __call__(self, case: Case, office: Office, issued_on: date) -> bytes:
        """Return a serialized PersonalisationData; the same arguments give the same bytes."""
        data = pb.PersonalisationData(
            document_number=case.document_number,
            document_code="P",
            issuing_state=self.issuing_state,
            holder=civil_pb2.BiographicData.FromString(case.holder),
            issued_on=calendar_date(issued_on),
            expires_on=calendar_date(_years_later(issued_on, self.valid_years)),
            issuing_office=office.name,
        )
        return data.SerializeToString(deterministic=True)


def _years_later(day: date, years: int) -> date:
    """Return the same day so many years later; 1 March if that year has no 29 February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
