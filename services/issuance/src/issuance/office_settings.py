"""Settings of the offices with which an empty database begins."""

from datetime import date, datetime, time
from fractions import Fraction
from typing import Annotated, Self

from passport.type.v1 import printed_pb2
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)
from servicekit.grpc.text_rules import printed_fault

from issuance.domain.collection_hours import COLLECTION_FROM, CollectionHours
from issuance.domain.office import PROMISE_WORKING_DAYS, NewOffice, Office
from issuance.domain.special_day import SpecialDay, SpecialDayKind
from issuance.domain.time_zone import time_zone
from issuance.domain.working_time import CLOSES, OPENS, Calendar

OfficeId = Annotated[str, StringConstraints(pattern="^[A-Z]{3,8}$")]


class OfficeSettings(BaseModel):
    """One office: a section `[[offices]]`, read by a start with an empty database only."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: OfficeId = Field(description="id of the office, as in certificates")
    name: str = Field(min_length=1, max_length=60, description="name as printed in passports")
    timezone: str = Field(description="IANA time zone, for instance Asia/Makassar")
    printer: str | None = Field(
        None,
        description="host:port of the office's printer service; unset means that nothing is "
        "printed",
    )
    machines: int = Field(
        ge=0,
        le=1000,
        description="number of machines; changed later by SetCapacity",
    )
    books_per_machine_per_day: float = Field(
        gt=0, le=10_000, description="books per machine and working day"
    )
    closures: list[date] = Field([], description="days on which only this office is closed")
    opens: time = Field(OPENS, description="local opening hour")
    closes: time = Field(CLOSES, description="local closing hour")
    collection_from: time = Field(
        COLLECTION_FROM, description="local hour from which passports are handed out"
    )
    promise_working_days: int = Field(
        PROMISE_WORKING_DAYS,
        ge=0,
        le=365,
        description="working days from the complete application to the promised collection date",
    )

    @field_validator("name")
    @classmethod
    def _printable(cls, name: str) -> str:
        return require_printable(printed_pb2.PRINTED_PLACE, name)

    @field_validator("timezone")
    @classmethod
    def _known(cls, zone: str) -> str:
        return time_zone(zone).key

    @model_validator(mode="after")
    def _opens_first(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError("an office opens before it closes")
        return self

    def new_office(self, country: str, now: datetime) -> NewOffice:
        """Return the office as it is added. country: ISO 3166-1 alpha-2, for its holidays."""
        calendar = Calendar(time_zone(self.timezone), country, self.opens, self.closes)
        office = Office(
            id=self.id,
            name=self.name,
            collection=CollectionHours(calendar, self.collection_from),
            promise_working_days=self.promise_working_days,
            printer=self.printer or "",
        )
        closures = tuple(
            SpecialDay(self.id, day, SpecialDayKind.CLOSED, "", "settings", now)
            for day in sorted(set(self.closures))
        )
        books_per_day = Fraction(str(self.books_per_machine_per_day))
        return NewOffice(office, self.machines, books_per_day, closures)


def require_printable(kind: "printed_pb2.Printed.ValueType", text: str) -> str:
    """Return a text of a setting that passports show. Raises ValueError if they cannot."""
    if fault := printed_fault(kind, text):
        raise ValueError(fault.message)
    return text
