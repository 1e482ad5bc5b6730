"""Which settings does every service have? A service adds its own in a subclass.

A value is taken from the environment, else from the TOML file, else from its default.
"""

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict

MEBIBYTE = 1024 * 1024
DEFAULT_MAX_MESSAGE_BYTES = 16 * MEBIBYTE
"""Largest message that services and their clients take unless told otherwise."""


class ServiceSettings(BaseSettings):
    """The settings common to all services; subclasses set ``env_prefix`` in ``model_config``."""

    model_config = SettingsConfigDict(
        # A refused value may hold a password, as in database_url.
        extra="forbid",
        env_prefix="PASSPORT_",
        frozen=True,
        hide_input_in_errors=True,
    )

    listen: str = Field(
        "127.0.0.1:0", description="address to serve gRPC on, host:port; port 0 selects a free one"
    )
    certificate: Path = Field(
        description="PEM file with the service's certificate chain; it names one identity by URI"
    )
    private_key: Path = Field(description="PEM file with the private key of the certificate")
    authority: Path = Field(
        description="PEM file with the certificate authorities that callers' certificates must be "
        "signed by"
    )
    policy_file: Path = Field(
        description="TOML file that states which roles may call which method; a change takes "
        "effect at once, unless the file is invalid"
    )
    denied_certificates_file: Path | None = Field(
        None,
        description="file with the serial numbers of callers' certificates that are refused, one a "
        "line, hexadecimal; a change takes effect at once, unless the file is invalid; unset means "
        "that none is refused",
    )
    database_url: str = Field(
        description="SQLAlchemy URL of the database: sqlite+aiosqlite:///<file> or "
        "postgresql+asyncpg://<host>/<database>"
    )
    environment: Literal["production", "test", "demo"] = Field(
        "production",
        description="production, demo or test; clock_file needs demo or test, failpoints need test",
    )
    clock_file: Path | None = Field(
        None,
        description="file with the simulated business time, ISO 8601 with a time zone; unset means "
        "real time; refused in production",
    )
    failpoints: str = Field(
        "",
        description="failpoints at which the process kills itself, as name or name:hit, or stops "
        "itself, as name:stop or name:hit:stop, separated by commas; only in test",
    )
    max_message_bytes: int = Field(
        DEFAULT_MAX_MESSAGE_BYTES, gt=0, description="largest request or response accepted, bytes"
    )
    max_calls_in_flight: int = Field(
        64,
        gt=0,
        description="calls in progress above which further ones are refused with OVERLOADED; "
        "streams are counted separately, with the same limit",
    )
    caller_share: float = Field(
        0.75,
        gt=0,
        lt=1,
        description="fraction, of the calls in progress (and of the streams) that no other caller "
        "has, that one caller may have; at least one call",
    )
    max_deadline_seconds: float = Field(
        60.0,
        gt=0,
        le=3_600,
        description="longest duration of a call that is no stream, whatever its deadline, seconds",
    )
    max_stream_seconds: float = Field(
        600.0,
        gt=0,
        le=86_400,
        description="longest duration of a stream, which then ends with STREAM_EXPIRED, for its "
        "caller to resume it, seconds",
    )
    max_message_wait_seconds: float = Field(
        30.0,
        gt=0,
        description="longest time to wait for a request, or for the next message of a request "
        "stream, seconds; it must suffice for the largest request over the slowest line",
    )
    max_connection_age_seconds: float = Field(
        2400.0,
        gt=0,
        le=86_400,
        description="age at which clients are told to renew a connection, give or take a tenth; "
        "calls in progress on it end as they would anyway, seconds",
    )
    drain_seconds: float = Field(
        10.0, ge=0, description="time that calls in progress have to finish after SIGTERM, seconds"
    )
    watchdog_seconds: float = Field(
        30.0,
        ge=0,
        description="how long the event loop may stand still before the process ends itself, to be "
        "started again by its supervisor, seconds; 0 means for ever",
    )
    idempotency_retention_days: int = Field(
        30,
        ge=30,
        description="how long the response to a request id is stored and sent again when the "
        "request is repeated, days",
    )
    idempotency_lease_seconds: float = Field(
        15.0,
        ge=1,
        le=300,
        description="after which the database server ends the transactions of a replica that "
        "stands still, and other replicas may carry out the requests that it began, seconds; those "
        "of one that died, at once; not used with SQLite",
    )
    metrics_listen: str | None = Field(
        None,
        description="address to serve Prometheus metrics on, host:port, plain HTTP without access "
        "control; unset means none",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="lowest level that is logged"
    )

    @property
    def silence(self) -> timedelta:
        """After which a database server takes this process for one that stands still."""
        return timedelta(seconds=self.idempotency_lease_seconds)

    @model_validator(mode="after")
    def _refuse_simulation_in_production(self) -> Self:
        if self.clock_file is not None and self.environment == "production":
            raise ValueError("clock_file is refused in production")
        if self.failpoints and self.environment != "test":
            raise ValueError("failpoints are refused outside of test")
        return self

    @classmethod
    def load(cls, config: Path | None = None, **overrides: Any) -> Self:
        """Return the settings from overrides, environment and TOML file; the first value counts.

        Raises OSError, or ValueError that names the file or the settings (ValidationError).
        """
        values = _read(config) if config else {}
        return cls(**(values | EnvSettingsSource(cls)() | overrides))


def _read(config: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(config.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{config} is not TOML: {error}") from None
