"""Settings of the issuance service, in addition to those that every service has."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Self

import holidays
from passport.type.v1 import printed_pb2
from pydantic import Field, field_validator, model_validator
from pydantic_settings import SettingsConfigDict
from servicekit.process.settings import ServiceSettings

from issuance.domain.circuit_breaker import LONGEST_PROBE_PAUSE
from issuance.domain.expected_time import EXPECTED_TIMES
from issuance.domain.finger_check import FingerCheckPolicy, FingerCheckRule
from issuance.domain.office import NewOffice
from issuance.domain.states import ApplicationState
from issuance.domain.validity import ValidityRule
from issuance.office_settings import OfficeId, OfficeSettings, require_printable

_MOST_HOURS = 400.0


class IssuanceSettings(ServiceSettings):
    """All settings of the service; environment variables begin with PASSPORT_ISSUANCE_."""

    model_config = SettingsConfigDict(extra="forbid", env_prefix="PASSPORT_ISSUANCE_", frozen=True)

    country: str = Field(
        "ID", pattern="^[A-Z]{2}$", description="country whose holidays apply, ISO 3166-1 alpha-2"
    )
    issuing_state: str = Field(
        "IDN", pattern="^[A-Z]{1,3}$", description="issuing state as printed in passports"
    )
    passport_validity_years: int = Field(
        10, ge=1, le=20, description="validity of an adult's passport, years"
    )
    child_passport_validity_years: int = Field(
        5, ge=1, le=20, description="validity of a child's passport, years"
    )
    adult_age_years: int = Field(
        17,
        ge=0,
        le=30,
        description="age from which an applicant is no child, years; nor is one who has married. "
        "Children need guardians (Permenkumham 18/2022, article 2A)",
    )
    child_passport_until_age_years: int | None = Field(
        None,
        ge=1,
        le=40,
        description="birthday beyond which no passport issued to a child is valid, years; more "
        "than adult_age_years; unset: no such limit",
    )
    offices: list[OfficeSettings] = Field(
        [],
        description="offices of an empty database; from then on they are changed by "
        "Offices/PutOffice only",
    )
    matcher: str = Field(
        description="gRPC name of the national matcher: host:port of a host with the addresses of "
        "all replicas, or ipv4:address:port,address:port,..."
    )
    clearance_key: Path = Field(description="PEM file, Ed25519 private key that signs clearances")
    clearance_key_id: str = Field(min_length=1, description="`kid` of the key, as printers know it")
    clearance_validity_hours: float = Field(
        720.0,
        gt=0,
        description="how long a printer may accept and print a clearance, business hours",
    )
    replica: str = Field("issuance", description="name of this process, different for each replica")
    outage_policy_file: Path | None = Field(
        None,
        description="TOML file that states what stops in an outage of which scope and cause, like "
        "deploy/policy/outages.toml; unset means that only what cannot go on stops",
    )
    expected_working_hours: dict[ApplicationState, float] = Field(
        {state: expected / timedelta(hours=1) for state, expected in EXPECTED_TIMES.items()},
        description="working hours of an office, without outages, within which the next step of an "
        "application usually happens, by state; what stays longer is shown as late (ListStuck). "
        "States that are not named keep the hours below; approved ones are late when the promised "
        "day has come",
    )
    tariff_file: Path | None = Field(
        None,
        description="TOML file that states what an application costs, like "
        "deploy/policy/tariff.toml; unset means that no fee is told and any amount is recorded",
    )
    travel_ban_file: Path | None = Field(
        None,
        description="the travel-ban list, a JWS signed by the authority that issues it; a change "
        "takes effect at once; unset means that nobody is looked for in a list",
    )
    travel_ban_key: Path | None = Field(
        None, description="PEM file, Ed25519 public key that verifies the travel-ban list"
    )
    travel_ban_longest_age_hours: float = Field(
        72.0,
        gt=0,
        description="age of the travel-ban list above which approvals wait, business hours",
    )
    portrait_retention_days: int = Field(
        30,
        ge=0,
        description="how long the portrait of an application that was handed over or refused is "
        "stored, business days of 24 hours",
    )
    idle_portrait_retention_days: int = Field(
        365,
        ge=1,
        description="how long the portrait of an application is stored that stays in one state and "
        "is neither approved nor being printed, business days of 24 hours; to go on without a book "
        "it needs a new photo then",
    )
    search_retention_days: int = Field(
        365,
        ge=1,
        description="how long it is on record who searched for which applicants, business days of "
        "24 hours",
    )
    collection_months: int = Field(
        1,
        ge=1,
        le=12,
        description="calendar months for which a finished passport is kept for collection; then it "
        "is cancelled",
    )
    collection_reminder_days: int = Field(
        7,
        ge=1,
        le=27,
        description="how many days before that the applicant is reminded",
    )
    notice_file: Path | None = Field(
        None,
        description="file to which notices for applicants with a contact are appended, one JSON "
        "object a line, for a program that sends text messages; unset means that the office tells "
        "them, unless they go by mail",
    )
    finger_check: FingerCheckRule = Field(
        FingerCheckRule.OPTIONAL,
        description="whether the fingers of a holder who collects a passport are compared with "
        "those of the application: off, optional (if the officer takes them) or required",
    )
    finger_check_of_offices: dict[OfficeId, FingerCheckRule] = Field(
        {},
        description="the same of offices with another rule than the nation, by their ids; a start "
        "logs a warning for ids that no office has",
    )
    finger_check_seconds: float = Field(
        10.0,
        gt=0,
        description="how long the officer waits for the matcher's answer, at most, seconds",
    )
    mail_server: str = Field(
        "",
        pattern=r"^([A-Za-z0-9._-]+:[0-9]{1,5})?$",
        description="host:port of the mail server (SMTP with STARTTLS) that takes notices for "
        "applicants with an e-mail address; empty means that they go to notice_file",
    )
    mail_sender: str = Field(
        "",
        pattern=r"^([A-Za-z0-9._+-]+@[A-Za-z0-9.-]+)?$",
        description="address from which notices come; mandatory with mail_server",
    )
    mail_authority: Path | None = Field(
        None,
        description="PEM file, authority of the mail server's certificate; unset means those that "
        "the system trusts",
    )
    mail_user: str = Field("", description="login at the mail server; empty means none")
    mail_password_file: Path | None = Field(
        None, description="file with the password of mail_user, in its first line"
    )
    max_concurrent_notices: int = Field(
        4, gt=0, description="largest number of notices of this process that are sent at a time"
    )
    quiet_from: time = Field(
        time(20),
        description="local hour of each office from which no notice is sent; the same as "
        "quiet_until means that notices are sent at any hour",
    )
    quiet_until: time = Field(time(7), description="local hour from which notices are sent again")
    strong_hit_score: float = Field(
        8.0,
        ge=0,
        description="two examiners must clear an applicant with a hit of at least this score, "
        "-log10 of the false match rate",
    )
    portrait_workers: int = Field(1, gt=0, description="number of threads that check photos")
    portrait_queue: int = Field(
        32, ge=0, description="number of photos that may wait to be checked"
    )
    max_watches_per_caller: int = Field(
        8,
        gt=0,
        description="largest number of streams of WatchApplications of one caller at a time, of "
        "this replica; each asks the database every second",
    )
    max_concurrent_identifications: int = Field(
        8,
        gt=0,
        description="largest number of identifications of this process at the matcher at a time",
    )
    identifications_per_second: float = Field(
        25.0,
        ge=2,
        description="most identifications that begin in any second, of all replicas together: what "
        "the matcher is good for; the same for each replica",
    )
    identification_ramp_seconds: float = Field(
        60.0,
        gt=0,
        description="how long the rate of identifications takes to grow to its highest after the "
        "matcher came back, seconds",
    )
    identification_slow_seconds: float = Field(
        5.0,
        gt=0,
        description="an identification that takes longer counts as a sign that the matcher has too "
        "much to do, seconds",
    )
    max_concurrent_status_calls: int = Field(
        4, gt=0, description="largest number of calls at a time that set a status at the matcher"
    )
    max_concurrent_print_calls: int = Field(
        1000,
        gt=0,
        description="largest number of calls to all printers at a time, of this replica; at least "
        "the number of offices times max_concurrent_print_calls_per_office, so that no office "
        "waits for another's printer",
    )
    max_concurrent_print_calls_per_office: int = Field(
        2,
        gt=0,
        description="largest number of calls to the printer of one office at a time, of all "
        "replicas together",
    )
    printer_failures_to_open_circuit: int = Field(
        3,
        gt=0,
        description="consecutive calls without an answer after which an office's printer gets no "
        "more jobs, but one from time to time to find out whether it answers again",
    )
    printer_probe_seconds: float = Field(
        10.0,
        gt=0,
        le=LONGEST_PROBE_PAUSE.total_seconds(),
        description="time between two such calls, seconds",
    )
    call_timeout_seconds: float = Field(
        20.0,
        gt=0,
        description="timeout of one call to the matcher or a printer, and of the whole delivery of "
        "a notice to the mail server, seconds",
    )
    finger_quality_timeout_seconds: float = Field(
        5.0,
        gt=0,
        description="how long an officer who submits fingerprints waits for the matcher to say how "
        "good they are and whether one finger was captured twice, seconds, and at most half of "
        "the time that the officer's call has; they are taken in without that",
    )
    finger_quality_seconds_per_image: float = Field(
        1.0,
        ge=0,
        description="how much longer for each image among the fingerprints, seconds; an image "
        "costs the matcher about half a second of a core",
    )
    lease_seconds: float = Field(
        60.0,
        gt=0,
        description="how long a replica alone may attempt an outbox task before another takes it "
        "over, seconds",
    )
    outbox_poll_seconds: float = Field(
        0.2, gt=0, description="pause between queries for due outbox tasks, seconds"
    )
    retry_first_seconds: float = Field(
        0.5,
        gt=0,
        description="pause after the first failed attempt, seconds; doubles with each further "
        "failure",
    )
    retry_longest_seconds: float = Field(
        30.0, gt=0, description="longest pause after a failed attempt, seconds"
    )
    plan_check_seconds: float = Field(
        0.5, gt=0, description="pause between checks whether an office needs a new plan, seconds"
    )
    health_check_seconds: float = Field(
        1.0,
        gt=0,
        description="interval and timeout of health checks of the matcher and printers, seconds",
    )
    outage_opens_after_seconds: float = Field(
        30.0,
        ge=0,
        description="how long the matcher or a printer is unhealthy before its outage opens, "
        "seconds",
    )
    outage_ends_after_seconds: float = Field(
        30.0,
        ge=0,
        description="how long the matcher or a printer is healthy before its outage ends, seconds",
    )

    @field_validator("expected_working_hours")
    @classmethod
    def _expected_of_all(
        cls, hours: dict[ApplicationState, float]
    ) -> dict[ApplicationState, float]:
        if other := set(hours) - set(EXPECTED_TIMES):
            raise ValueError(f"nothing is expected of the state {min(other)}")
        if any(not 0 < each <= _MOST_HOURS for each in hours.values()):
            raise ValueError(f"more than 0 and at most {_MOST_HOURS} hours")
        return {
            state: expected / timedelta(hours=1) for state, expected in EXPECTED_TIMES.items()
        } | hours

    @field_validator("country")
    @classmethod
    def _with_holidays(cls, country: str) -> str:
        if country not in holidays.list_supported_countries():
            raise ValueError("no holidays are known for this country")
        return country

    @field_validator("issuing_state")
    @classmethod
    def _known_state(cls, code: str) -> str:
        return require_printable(printed_pb2.PRINTED_STATE_CODE, code)

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        until = self.child_passport_until_age_years
        if until is not None and until <= self.adult_age_years:
            raise ValueError("child_passport_until_age_years must be more than adult_age_years")
        if (self.travel_ban_file is None) != (self.travel_ban_key is None):
            raise ValueError("travel_ban_file and travel_ban_key belong together")
        if self.lease_seconds <= 2 * self.call_timeout_seconds:
            raise ValueError("lease_seconds must be longer than two calls: an attempt may take two")
        if self.mail_server and not self.mail_sender:
            raise ValueError("mail_server needs a mail_sender")
        slots = len(self.offices) * self.max_concurrent_print_calls_per_office
        if self.max_concurrent_print_calls < slots:
            raise ValueError(
                "max_concurrent_print_calls must be at least the number of offices times "
                f"max_concurrent_print_calls_per_office ({slots})"
            )
        ids = [office.id for office in self.offices]
        if len(set(ids)) != len(ids):
            raise ValueError("two offices have the same id")
        return self

    def validity_rule(self) -> ValidityRule:
        """Return how long passports are valid."""
        return ValidityRule(
            self.passport_validity_years,
            self.child_passport_validity_years,
            self.adult_age_years,
            self.child_passport_until_age_years,
        )

    def finger_check_policy(self) -> FingerCheckPolicy:
        """Return which offices compare the fingers of holders."""
        return FingerCheckPolicy(self.finger_check, self.finger_check_of_offices)

    @property
    def most_printing_offices(self) -> int:
        """How many offices may have a printer, so that none waits for another's."""
        return self.max_concurrent_print_calls // self.max_concurrent_print_calls_per_office

    def new_offices(self, now: datetime) -> list[NewOffice]:
        """Return the offices with which an empty database begins."""
        return [office.new_office(self.country, now) for office in self.offices]

    @property
    def expected_times(self) -> Mapping[ApplicationState, timedelta]:
        """Working time within which the next step usually happens, by state."""
        hours = self.expected_working_hours
        return {state: timedelta(hours=count) for state, count in hours.items()}
