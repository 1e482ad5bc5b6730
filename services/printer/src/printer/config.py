"""Settings of a printing office: TOML file, or environment with PASSPORT_PRINTER_."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict
from servicekit.process.settings import ServiceSettings


class PrinterSettings(ServiceSettings):
    """What a printing office needs beside what every service needs."""

    model_config = SettingsConfigDict(env_prefix="PASSPORT_PRINTER_", extra="forbid", frozen=True)

    office: str = Field(description="the office's id, as in its certificates, for instance BJM")
    issuing_state_name: str = Field(
        "REPUBLIK INDONESIA / REPUBLIC OF INDONESIA",
        description="issuing state in full, at the head of the data page",
    )
    trusted_keys: Path = Field(
        description="folder of issuance's Ed25519 public keys, one PEM file <kid>.pem a key"
    )
    poll_seconds: float = Field(
        0.5, gt=0, description="how often each machine is looked at, seconds"
    )
    machine_timeout_seconds: float = Field(
        10.0, gt=0, description="how long a machine may take to answer, seconds"
    )
    rest_seconds: float = Field(
        5.0,
        gt=0,
        description="how long a machine is left alone after a trouble, seconds; up to 16 times as "
        "long after several in a row",
    )
    lose_after_seconds: float = Field(
        900.0,
        gt=0,
        description="silence of a machine after which a person must look for its book, seconds",
    )
    page_workers: int = Field(1, gt=0, description="threads that make pages")
    page_queue: int = Field(64, ge=0, description="pages that may wait to be made")
