"""Where everything of a country lies, and the configuration files of its services."""

import json
import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias, TypeGuard

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from matcher.store.master_key_file import create_master_key
from servicekit.process.clock import FileClock
from servicekit.security.development_document_signer import issue_document_signer

from harness.identities import NATIONAL, OFFICE, ClientChannels, Identity

Settings: TypeAlias = dict[str, object]

REPOSITORY = Path(__file__).parents[4]
KID = "issuance-2018"
MINIMUM_QUALITY = 10
"""NFIQ 2 score from which sensors and matcher accept a print; small sensors seldom reach more."""
SERVICES = ("matcher", "issuance", "printer")
_MARK = ".made-by-harness"


class NotOurs(OSError):
    """A directory holds files that the harness did not make; it is left alone."""


@dataclass(frozen=True, slots=True)
class CountryOptions:
    """How a country shall be.

    ports: of the services, in the order of SERVICES; None takes free ones.
    books_per_minute: how fast a simulated machine is. books_per_machine_per_day: what is planned.
    target_fpir: searches without a mate that name somebody; high, so that examiners have work.
    faults: what befalls simulated machines, by machine, as `crash-before@60`.
    outage_policy: content of issuance's file; empty: what applies without one.
    database_urls: by service; a SQLite file for a service that is not in it. have_tables: services
    whose databases need no migration.
    """

    machines: int = 4
    ports: tuple[int, int, int] | None = None
    books_per_machine_per_day: float = 40.5
    books_per_minute: float = 1200.0
    target_fpir: float = 0.01
    faults: Mapping[str, str] = field(default_factory=dict)
    outage_policy: str = ""
    database_urls: Mapping[str, str] = field(default_factory=dict)
    have_tables: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """Places under one directory, but certificates may lie elsewhere, to outlive it."""

    root: Path
    pki: Path

    @classmethod
    def fresh(cls, root: Path, pki: Path | None = None) -> "Layout":
        """An empty layout; what an earlier run left is removed, but not in ``pki``.

        Raises NotOurs.
        """
        root = root.resolve()
        if root.exists() and any(root.iterdir()) and not (root / _MARK).exists():
            raise NotOurs(f"{root} holds files that are not ours; give an empty directory")
        shutil.rmtree(root, ignore_errors=True)
        layout = cls(root, (pki or root / "pki").resolve())
        for folder in (layout.keys, layout.configs, layout.data, layout.machines, layout.logs):
            folder.mkdir(parents=True)
        (root / _MARK).touch()
        return layout

    @property
    def keys(self) -> Path:
        """Issuance's key for clearances, and beside it what printers trust."""
        return self.root / "keys"

    @property
    def configs(self) -> Path:
        """Folder of the configuration files."""
        return self.root / "config"

    @property
    def denied_certificates(self) -> Path:
        """Serial numbers of the certificates that every service refuses."""
        return self.configs / "denied_certificates.txt"

    @property
    def data(self) -> Path:
        """Folder of databases and snapshots."""
        return self.root / "data"

    @property
    def notices(self) -> Path:
        """Notices to applicants who gave a contact, one JSON object a line."""
        return self.root / "notices.jsonl"

    @property
    def machines(self) -> Path:
        """Ledgers and trays of the machines."""
        return self.root / "machines"

    @property
    def logs(self) -> Path:
        """What the processes say."""
        return self.root / "logs"

    @property
    def clock(self) -> Path:
        """The business clock, where it is held."""
        return self.root / "clock"

    def config(self, service: str) -> Path:
        """A service's configuration file."""
        return self.configs / f"{service}.toml"

    def log(self, process: str) -> Path:
        """Return the path of a process's log."""
        return self.logs / f"{process}.log"


def write_all(
    layout: Layout, addresses: Mapping[str, str], options: CountryOptions, clients: ClientChannels
) -> None:
    """Write the configuration file of every service, and the keys they name."""
    _write_clearance_keys(layout)
    _write_master_key(layout)
    layout.denied_certificates.touch()
    ours = {
        "matcher": _matcher(layout, options),
        "issuance": _issuance(layout, addresses, options),
        "printer": _printer(layout),
    }
    for name, settings in ours.items():
        common = _common(layout, name, addresses[name], clients)
        if name in options.database_urls:
            common["database_url"] = options.database_urls[name]
        layout.config(name).write_text(_toml(common | settings), encoding="utf-8")


def _common(layout: Layout, name: str, address: str, clients: ClientChannels) -> Settings:
    tls = clients.tls(Identity(OFFICE if name == "printer" else NATIONAL, name))
    return {
        "listen": address,
        "certificate": tls.certificate,
        "private_key": tls.private_key,
        "authority": tls.authority,
        "policy_file": REPOSITORY / "deploy" / "policy" / "policy.toml",
        "denied_certificates_file": layout.denied_certificates,
        "database_url": f"sqlite+aiosqlite:///{layout.data / name}.sqlite",
        "environment": "demo",
    } | ({"clock_file": layout.clock} if layout.clock.exists() else {})


def _matcher(layout: Layout, options: CountryOptions) -> Settings:
    return {
        "master_key_file": _master_key(layout),
        "snapshot_file": layout.data / "matcher.snapshot",
        "snapshot_interval_changes": 500,
        "minimum_quality": MINIMUM_QUALITY,
        "target_fpir": options.target_fpir,
    }


def _issuance(layout: Layout, addresses: Mapping[str, str], options: CountryOptions) -> Settings:
    return {
        "matcher": addresses["matcher"],
        "clearance_key": layout.keys / f"{KID}.key",
        "clearance_key_id": KID,
        "max_concurrent_print_calls": 8,
        "tariff_file": REPOSITORY / "deploy" / "policy" / "tariff.toml",
        "notice_file": layout.notices,
        # A fortnight passes in minutes here, so what takes minutes in an office takes a second.
        "health_check_seconds": 0.2,
        "outage_opens_after_seconds": 1.0,
        "outage_ends_after_seconds": 1.0,
        "retry_longest_seconds": 1.0,
        "identification_ramp_seconds": 1.0,
        "identifications_per_second": 1000.0,
        **_outage_policy(layout, options),
        "offices": [
            {
                "id": OFFICE,
                "name": "Banjarmasin",
                "timezone": "Asia/Makassar",
                "printer": addresses["printer"],
                "machines": options.machines,
                "books_per_machine_per_day": options.books_per_machine_per_day,
            }
        ],
    }


def _outage_policy(layout: Layout, options: CountryOptions) -> Settings:
    if not options.outage_policy:
        return {}
    file = layout.configs / "outages.toml"
    file.write_text(options.outage_policy, encoding="utf-8")
    return {"outage_policy_file": file}


def _printer(layout: Layout) -> Settings:
    now = FileClock(layout.clock).now() if layout.clock.exists() else datetime.now(UTC)
    signer = issue_document_signer(layout.keys / "document-signer", now)
    return {
        "document_signer_certificate": signer.certificate,
        "document_signer_key": signer.private_key,
        "csca_certificates": signer.authorities,
        "office": OFFICE,
        "trusted_keys": layout.keys / "trusted",
        "machine_poll_seconds": 0.1,
        "machine_backoff_seconds": 0.2,
    }


def _write_master_key(layout: Layout) -> None:
    if not _master_key(layout).exists():
        create_master_key(_master_key(layout))


def _master_key(layout: Layout) -> Path:
    return layout.keys / "matcher-master.key"


def _write_clearance_keys(layout: Layout) -> None:
    """Issuance signs with the private key; the printer trusts the public one, named by its kid."""
    key = Ed25519PrivateKey.generate()
    private = layout.keys / f"{KID}.key"
    private.touch(mode=0o600)
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    trusted = layout.keys / "trusted" / f"{KID}.pem"
    trusted.parent.mkdir()
    trusted.write_bytes(
        key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )


def _toml(settings: Settings) -> str:
    """JSON's texts, numbers, booleans and lists of them are TOML's too; tables come last."""
    tables = {key: value for key, value in settings.items() if _is_tables(value)}
    lines = [_line(key, value) for key, value in settings.items() if key not in tables]
    for name, rows in tables.items():
        for row in rows:
            lines += [f"\n[[{name}]]", *(_line(key, value) for key, value in row.items())]
    return "\n".join([*lines, ""])


def _is_tables(value: object) -> TypeGuard[list[Settings]]:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _line(key: str, value: object) -> str:
    return f"{key} = {json.dumps(value, default=str)}"
