"""Settings of the issuance service, beside those every service has."""

from datetime import date, time
from fractions import Fraction
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo, available_timezones

import holidays
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_settings import SettingsConfigDict
from servicekit.process.settings import ServiceSettings

from issuance.domain.notices import Desk
from issuance.domain.office import Office
from issuance.domain.working_time import Calendar


class OfficeSettings(BaseModel):
    """One `[[offices]]` section."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern="^[A-Z]{3,8}$", description="id of the office, as in certificates")
    name: str = Field(min_length=1, max_length=60, description="name as printed in passports")
    timezone: str = Field(description="IANA time zone, for instance Asia/Makassar")
    printer: str | None = Field(
        None, description="host:port of the office's printer service; unset: prints nothing"
    )
    machines: int = Field(
        ge=0, le=1000, description="machines at the very beginning; later by SetCapacity"
    )
    books_per_machine_per_day: float = Field(
        gt=0, le=10_000, description="books a machine prints a working day, at the very beginning"
    )
    closures: list[date] = Field([], description="days on which this office alone is shut")
    opens: time = Field(time(8), description="local opening hour")
    closes: time = Field(time(16), description="local closing hour")
    collection_hour: time = Field(time(14), description="local hour from which books are given out")
    promise_working_days: int = Field(
        3, ge=0, le=365, description="working days promised from the complete application"
    )

    @field_validator("timezone")
    @classmethod
    def _known(cls, zone: str) -> str:
        if zone not in available_timezones():
            raise ValueError("unknown time zone; give an IANA name such as Asia/Makassar")
        return zone

    @model_validator(mode="after")
    def _opens_first(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError("an office opens before it closes")
        return self

    def office(self, country: str) -> Office:
        """As the domain knows it. country: ISO 3166-1 alpha-2, for its holidays."""
        calendar = Calendar(
            ZoneInfo(self.timezone), country, self.opens, self.closes, frozenset(self.closures)
        )
        return Office(
            id=self.id,
            name=self.name,
            desk=Desk(calendar, self.collection_hour),
            promise_working_days=self.promise_working_days,
            machines=self.machines,
            books_per_machine_per_day=Fraction(str(self.books_per_machine_per_day)),
        )


class IssuanceSettings(ServiceSettings):
    """Everything the service can be told; environment variables begin with PASSPORT_ISSUANCE_."""

    model_config = SettingsConfigDict(extra="forbid", env_prefix="PASSPORT_ISSUANCE_", frozen=True)

    country: str = Field("ID", pattern="^[A-Z]{2}$", description="ISO 3166-1 alpha-2: holidays")
    issuing_state: str = Field(
        "IDN", pattern="^[A-Z]{1,3}$", description="code of the state in the passport"
    )
    passport_years: int = Field(10, ge=1, le=20, description="validity of a passport, years")
    offices: list[OfficeSettings] = Field(min_length=1, description="the offices of the country")
    matcher: str = Field(description="host:port of the national matcher")
    clearance_key: Path = Field(description="PEM file, Ed25519 private key that signs clearances")
    clearance_key_id: str = Field(min_length=1, description="`kid` under which printers know it")
    clearance_hours: float = Field(
        24.0, gt=0, description="how long a printer may accept a clearance, business hours"
    )
    replica: str = Field(
        "issuance", description="name of this process, unlike those of other replicas"
    )
    identifications_at_once: int = Field(4, gt=0, description="calls to the matcher at a time")
    prints_at_once: int = Field(4, gt=0, description="calls to the printers at a time")
    call_seconds: float = Field(20.0, gt=0, description="patience with one call, seconds")
    lease_seconds: float = Field(
        60.0, gt=0, description="after this, another replica takes over owed work, seconds"
    )
    poll_seconds: float = Field(0.2, gt=0, description="pause between looks for work, seconds")
    retry_first_seconds: float = Field(0.5, gt=0, description="pause after a failure, seconds")
    retry_longest_seconds: float = Field(30.0, gt=0, description="longest such pause, seconds")
    plan_seconds: float = Field(0.5, gt=0, description="pause between looks at the plan, seconds")
    health_seconds: float = Field(
        1.0, gt=0, description="pause between looks at the matcher's health, seconds"
    )
    outage_opens_seconds: float = Field(
        30.0, ge=0, description="ill so long without a break opens an outage, seconds"
    )
    outage_ends_seconds: float = Field(
        30.0, ge=0, description="well so long without a break ends it, seconds"
    )

    @field_validator("country")
    @classmethod
    def _with_holidays(cls, country: str) -> str:
        if country not in holidays.list_supported_countries():
            raise ValueError("no holidays are known for this country")
        return country

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        if self.lease_seconds <= 2 * self.call_seconds:
            raise ValueError("lease_seconds must be longer than two calls: an attempt may take two")
        ids = [office.id for office in self.offices]
        if len(set(ids)) != len(ids):
            raise ValueError("two offices have the same id")
        return self

    def office_map(self) -> dict[str, Office]:
        """The offices of the domain, by id."""
        return {office.id: office.office(self.country) for office in self.offices}
