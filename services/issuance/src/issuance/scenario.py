"""The input of `issuance replay`: an office, its arrivals and an outage, checked field by field."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Self
from zoneinfo import ZoneInfo

import holidays
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, model_validator

from issuance.domain.collection_plan import WaitingCase, expected_arrivals
from issuance.domain.print_room import Capacity, PrintRoom, Stoppage
from issuance.domain.time_zone import time_zone
from issuance.domain.working_time import DAY, Calendar

YEARS = range(1970, 2100)
"""Years whose time zones and holidays are known well enough."""
BOOK_RATES = Decimal("0.001"), Decimal(1_000_000)
"""Least and greatest number of books per machine and day."""
LONGEST_SCENARIO = timedelta(days=5 * 366)
"""Longest time between the first and the last day of application; half of the horizon."""


def _day(value: object) -> date:
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        raise ValueError('write a date as "2018-10-26"')
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise ValueError("there is no such day in the calendar") from None
    if day.year not in YEARS:
        raise ValueError(f"give a year from {YEARS[0]} to {YEARS[-1]}")
    return day


def _moment(value: object) -> date | datetime:
    if not isinstance(value, str) or "T" not in value:
        return _day(value)
    _day(value.partition("T")[0])
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError('write a time as "2018-10-31T18:00:00+08:00"') from None
    if instant.tzinfo is None:
        raise ValueError("a time needs its offset from UTC, as in 2018-10-31T18:00:00+08:00")
    return instant


def _zone(value: object) -> ZoneInfo:
    return time_zone(value if isinstance(value, str) else "")


def _country(value: object) -> str:
    known = {code for code in holidays.list_supported_countries() if len(code) == 2}
    if not isinstance(value, str) or value not in known:
        raise ValueError('unknown country; give its ISO 3166 code in two capitals, such as "ID"')
    return value


def _rate(value: object) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError("give a number of books, such as 40.5")
    if not BOOK_RATES[0] <= value <= BOOK_RATES[1]:
        least, most = BOOK_RATES
        raise ValueError(f"no capacity to plan with; give {least} to {most:,} books a day")
    return Fraction(value)


Day = Annotated[date, BeforeValidator(_day)]
Moment = Annotated[date | datetime, PlainValidator(_moment)]


class _Strict(BaseModel):
    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, arbitrary_types_allowed=True
    )


class ScenarioOffice(_Strict):
    """The office of the scenario: its zone, machines and closures."""

    timezone: Annotated[ZoneInfo, PlainValidator(_zone)]
    machines: Annotated[int, Field(ge=1, le=10_000)]
    books_per_machine_per_day: Annotated[Fraction, PlainValidator(_rate)]
    closures: list[Day] = []


class ScenarioOutage(_Strict):
    """A period without identification, hence without printing. A date means the whole day."""

    from_: Annotated[Moment, Field(alias="from")]
    to: Moment | None = None

    def began(self, zone: ZoneInfo) -> datetime:
        """Return the first instant of the outage."""
        return _midnight(self.from_, zone)

    def ended(self, zone: ZoneInfo) -> datetime | None:
        """Return the first instant after the outage; None if it has no end."""
        if self.to is None or isinstance(self.to, datetime):
            return self.to
        return _midnight(self.to + DAY, zone)


class Scenario(_Strict):
    """One office over some days."""

    office: ScenarioOffice
    country: Annotated[str, PlainValidator(_country)]
    promise_working_days: Annotated[int, Field(ge=0, le=60)]
    arrivals: dict[Day, Annotated[int, Field(ge=0, le=1_000_000_000)]]
    outage: ScenarioOutage | None = None
    printing_resumes: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.arrivals and max(self.arrivals) - self.first_day > LONGEST_SCENARIO:
            raise ValueError("arrivals: more than five years apart; replay them in parts")
        if self.outage:
            self._check_order(self.outage)
        elif self.printing_resumes:
            raise ValueError("printing_resumes: give the outage too, or leave this out")
        return self

    def _check_order(self, outage: ScenarioOutage) -> None:
        zone = self.office.timezone
        ended = outage.ended(zone)
        if ended is None and self.printing_resumes is None:
            raise ValueError("outage.to: give the end of the outage, or printing_resumes")
        if ended is not None and ended <= outage.began(zone):
            raise ValueError("outage.to: the outage must end after outage.from")
        last = _date(outage.from_ if outage.to is None else outage.to, zone)
        if self.printing_resumes and self.printing_resumes < last:
            raise ValueError("printing_resumes: must not be before the end of the outage")

    @property
    def first_day(self) -> date:
        """The first day of application, on which the plan starts."""
        return min(self.arrivals, default=date(YEARS[0], 1, 1))

    def calendar(self) -> Calendar:
        """Return the working days and hours of the office."""
        closures = frozenset(self.office.closures)
        return Calendar(self.office.timezone, self.country, closures=closures)

    def waiting(self) -> list[WaitingCase]:
        """Return the arrivals as batches of waiting cases."""
        return expected_arrivals(self.arrivals, self.calendar(), self.promise_working_days)

    def room(self) -> PrintRoom:
        """Return the print room with its stoppage."""
        office = self.office
        capacity = Capacity.of(office.machines, office.books_per_machine_per_day, self.first_day)
        return PrintRoom(self.calendar(), capacity, self._stoppages())

    def _stoppages(self) -> tuple[Stoppage, ...]:
        if self.outage is None:
            return ()
        zone = self.office.timezone
        began, ended = self.outage.began(zone), self.outage.ended(zone)
        return (Stoppage(began, ended, resumes=self.printing_resumes),)


def _midnight(moment: date | datetime, zone: ZoneInfo) -> datetime:
    if isinstance(moment, datetime):
        return moment
    return datetime(moment.year, moment.month, moment.day, tzinfo=zone)


def _date(moment: date | datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date() if isinstance(moment, datetime) else moment
