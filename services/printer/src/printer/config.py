"""Settings of a printing office: from a TOML file, or environment variables PASSPORT_PRINTER_*."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict
from servicekit.process.settings import ServiceSettings


class PrinterSettings(ServiceSettings):
    """Settings of a printing office, added to those that every service has."""

    model_config = SettingsConfigDict(env_prefix="PASSPORT_PRINTER_", extra="forbid", frozen=True)

    office: str = Field(description="id of the office, as in its certificates, for instance BJM")
    issuing_state_name: str = Field(
        "REPUBLIK INDONESIA / REPUBLIC OF INDONESIA",
        description="issuing state in full, printed at the head of the data page",
    )
    trusted_keys: Path = Field(
        description="folder of issuance's Ed25519 public keys, each a PEM file <kid>.pem"
    )
    machine_poll_seconds: float = Field(
        0.5, gt=0, description="how often a machine that has a job is asked about it, seconds"
    )
    machine_timeout_seconds: float = Field(
        10.0, gt=0, description="how long a machine may take to answer a request, seconds"
    )
    machine_backoff_seconds: float = Field(
        5.0,
        gt=0,
        description="how long a machine is left alone after a failure, seconds; doubles with each "
        "further failure in a row, up to 16 times as long",
    )
    outcome_unknown_after_seconds: float = Field(
        900.0,
        gt=0,
        description="how long a machine may not answer before the outcome of its job counts as "
        "unknown and a person must look at the book, seconds",
    )
    page_workers: int = Field(1, gt=0, description="number of threads that make pages")
    page_queue: int = Field(64, ge=0, description="number of pages that may wait to be made")
