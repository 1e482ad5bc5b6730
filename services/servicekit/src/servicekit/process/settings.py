"""Settings every service has; a service adds its own fields in a subclass.

A value is taken from the environment, else from the TOML file, else from its default.
"""

import tomllib
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict

MEBIBYTE = 1024 * 1024


class ServiceSettings(BaseSettings):
    """What a service needs to be one. Subclasses set ``env_prefix`` in ``model_config``."""

    model_config = SettingsConfigDict(
        # A refused value may hold a password, as in database_url.
        extra="forbid",
        env_prefix="PASSPORT_",
        frozen=True,
        hide_input_in_errors=True,
    )

    listen: str = Field("127.0.0.1:0", description="host:port to serve on; port 0 takes a free one")
    certificate: Path = Field(description="PEM file, certificate chain with one URI name")
    private_key: Path = Field(description="PEM file, private key of the certificate")
    authority: Path = Field(description="PEM file, authorities whose certificates are accepted")
    policy_file: Path = Field(description="TOML file that says which role may call which method")
    database_url: str = Field(
        description="SQLAlchemy URL: sqlite+aiosqlite:///<file> or postgresql+asyncpg://<host>/<db>"
    )
    environment: Literal["production", "test", "demo"] = Field(
        "production", description="what test doubles are accepted: none in production"
    )
    clock_file: Path | None = Field(
        None, description="file that holds the business time; refused in production"
    )
    failpoints: str = Field(
        "", description="places to crash at, as name or name:hit, by comma; only in test"
    )
    max_message_bytes: int = Field(
        16 * MEBIBYTE, gt=0, description="largest request and answer, bytes"
    )
    max_calls_in_flight: int = Field(
        64, gt=0, description="calls worked on at once; streams of answers are counted apart"
    )
    default_deadline_seconds: float = Field(
        60.0, gt=0, description="given to a call that brings no deadline, seconds"
    )
    drain_seconds: float = Field(
        10.0, ge=0, description="how long calls may go on after SIGTERM, seconds"
    )
    keep_requests_days: int = Field(
        30, ge=30, description="how long a repeated request gets its first answer again, days"
    )
    metrics_listen: str | None = Field(
        None, description="host:port for Prometheus, plain HTTP; keep it private; unset is off"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="least level that is logged"
    )

    @model_validator(mode="after")
    def _refuse_test_doubles(self) -> Self:
        if self.clock_file is not None and self.environment == "production":
            raise ValueError("clock_file is refused in production")
        if self.failpoints and self.environment != "test":
            raise ValueError("failpoints are refused outside of test")
        return self

    @classmethod
    def load(cls, config: Path | None = None, **overrides: Any) -> Self:
        """Settings from overrides, environment and TOML file, in this order.

        Raises OSError, tomllib.TOMLDecodeError or pydantic.ValidationError, each saying where.
        """
        values = tomllib.loads(config.read_text(encoding="utf-8")) if config else {}
        return cls(**(values | EnvSettingsSource(cls)() | overrides))
