"""What an administrator wants recorded of an office, new or known."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import time
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from servicekit.errors import InvalidRequest

from issuance.domain.collection_hours import CollectionHours
from issuance.domain.office import NewOffice, Office
from issuance.domain.working_time import Calendar


@dataclass(frozen=True, slots=True)
class OfficeChanges:
    """What is to be recorded of an office; None leaves a known one as it is.

    A new office takes the default instead. books_per_day: of one machine.
    """

    office: str
    name: str | None = None
    zone: ZoneInfo | None = None
    country: str | None = None
    opens: time | None = None
    closes: time | None = None
    collection_from: time | None = None
    promise_working_days: int | None = None
    printer: str | None = None
    languages: tuple[str, ...] | None = None
    machines: int | None = None
    books_per_day: Fraction | None = None

    def new_office(self, country: str) -> NewOffice:
        """Return the new office. country: whose holidays apply if none is given.

        Raises InvalidRequest, which names the field.
        """
        if self.name is None:
            raise InvalidRequest("a new office needs a name", field="name")
        if self.zone is None:
            raise InvalidRequest("a new office needs its time zone", field="timezone")
        if self.machines is None:
            raise InvalidRequest("a new office needs its number of machines", field="machines")
        if self.books_per_day is None:
            raise InvalidRequest("say how many books", field="books_per_machine_per_day")
        hours = CollectionHours(Calendar(self.zone, country))
        office = self._applied_to(Office(self.office, self.name, hours))
        return NewOffice(office, self.machines, self.books_per_day)

    def next_revision(self, office: Office) -> Office:
        """Return the office with the changes; a removed one is taken up again.

        Raises InvalidRequest, which names the field.
        """
        return replace(self._applied_to(office), revision=office.revision + 1, removed_at=None)

    def _applied_to(self, office: Office) -> Office:
        calendar = replace(
            office.calendar,
            **_given(zone=self.zone, country=self.country, opens=self.opens, closes=self.closes),
        )
        hours = replace(
            office.collection, calendar=calendar, **_given(from_hour=self.collection_from)
        )
        _require_possible(hours)
        given = _given(
            name=self.name,
            promise_working_days=self.promise_working_days,
            printer=self.printer,
            languages=self.languages,
        )
        return replace(office, collection=hours, **given)


def _given(**values: Any) -> Mapping[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _require_possible(hours: CollectionHours) -> None:
    if hours.calendar.opens >= hours.calendar.closes:
        raise InvalidRequest("an office opens before it closes", field="closes")
    if hours.from_hour >= hours.calendar.closes:
        raise InvalidRequest("passports are handed out before it closes", field="collection_from")
