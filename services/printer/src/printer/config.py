"""Settings of a printing office: from a TOML file, or environment variables PASSPORT_PRINTER_*."""

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator
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
    document_signer_certificate: Path | None = Field(
        None,
        description="PEM file with the certificate of the document signer, which signs what the "
        "chips of passports hold; unset means that the books of this office have no chip",
    )
    document_signer_key: str | None = Field(
        None,
        description="private key of the document signer: a PEM file, or a PKCS#11 URI (RFC 7512) "
        "with module-path",
    )
    csca_certificates: Path | None = Field(
        None,
        description="folder of the certificates of the country signing CA that the document "
        "signer's must be issued by, each a PEM file *.pem",
    )
    machine_networks: tuple[IPv4Network | IPv6Network, ...] = Field(
        (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128")),
        description="networks at whose addresses machines may be registered, for instance "
        "10.1.2.0/24; link-local addresses never are",
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
        description="how long a machine may not answer, or refuse to, before the outcome of its "
        "job counts as unknown and a person must look at the book, seconds",
    )
    attempt_limit_seconds: float = Field(
        1800.0,
        gt=0,
        description="how long a machine that answers may have a page before the outcome counts as "
        "unknown: the page is cancelled there and a person must look at the book, seconds",
    )
    personal_data_retention_days: int = Field(
        30,
        ge=0,
        description="how long payload, page and machine readable zone of a job are kept after it "
        "is done, cancelled or failed, or since it was made if its clearance is void, days",
    )
    job_backoff_seconds: float = Field(
        30.0,
        gt=0,
        description="how long a job waits after a machine refused or aborted it, seconds; doubles "
        "with each further failure in a row, up to 64 times as long",
    )
    attempts_before_hold: int = Field(
        5,
        gt=0,
        description="number of attempts in a row, refused or aborted by machines, after which a "
        "job is held until persons release or cancel it",
    )
    books_per_clearance: int = Field(
        3,
        ge=1,
        description="number of books that may be spoiled or lost for one clearance before its job "
        "is held until persons release it",
    )
    page_workers: int = Field(1, gt=0, description="number of threads that make pages")
    page_queue: int = Field(64, ge=0, description="number of pages that may wait to be made")

    @model_validator(mode="after")
    def _chip_settings_go_together(self) -> Self:
        given = (self.document_signer_certificate, self.document_signer_key, self.csca_certificates)
        if any(given) and not all(given):
            raise ValueError(
                "document_signer_certificate, document_signer_key and csca_certificates go together"
            )
        return self
