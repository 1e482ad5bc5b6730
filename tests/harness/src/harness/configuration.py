"""Where everything of a country lies, and the configuration files of its services."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from harness.people import NATIONAL, OFFICE, People, Who

Settings: TypeAlias = dict[str, object]

REPOSITORY = Path(__file__).parents[4]
KID = "issuance-2018"
SERVICES = ("matcher", "issuance", "printer")
_MARK = ".made-by-harness"


class NotOurs(OSError):
    """A directory holds files that the harness did not make; it is left alone."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a country shall be.

    books_per_minute: speed of a simulated machine. target_fpir: of issuance's searches.
    """

    machines: int = 4
    books_per_minute: float = 1200.0
    target_fpir: float = 0.01


@dataclass(frozen=True, slots=True)
class Layout:
    """Places under one directory."""

    root: Path

    @classmethod
    def fresh(cls, root: Path) -> "Layout":
        """An empty layout; what an earlier run left is removed. Raises NotOurs."""
        root = root.resolve()
        if root.exists() and any(root.iterdir()) and not (root / _MARK).exists():
            raise NotOurs(f"{root} holds files that are not ours; give an empty directory")
        shutil.rmtree(root, ignore_errors=True)
        layout = cls(root)
        for folder in (layout.pki, layout.configs, layout.data, layout.machines, layout.logs):
            folder.mkdir(parents=True)
        (root / _MARK).touch()
        return layout

    @property
    def pki(self) -> Path:
        """Certificates and keys."""
        return self.root / "pki"

    @property
    def configs(self) -> Path:
        """Configuration files."""
        return self.root / "config"

    @property
    def data(self) -> Path:
        """Databases and snapshots."""
        return self.root / "data"

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
        """The business clock."""
        return self.root / "clock"

    def config(self, service: str) -> Path:
        """A service's configuration file."""
        return self.configs / f"{service}.toml"

    def log(self, process: str) -> Path:
        """A process's log."""
        return self.logs / f"{process}.log"


def write_all(layout: Layout, addresses: Mapping[str, str], wishes: Wishes, people: People) -> None:
    """Write the configuration file of every service, and the keys they name."""
    _write_clearance_keys(layout)
    ours = {
        "matcher": _matcher(layout),
        "issuance": _issuance(layout, addresses, wishes, people),
        "printer": _printer(layout),
    }
    for name, settings in ours.items():
        if name not in addresses: continue  # TEMP
        common = _common(layout, name, addresses[name], people)
        layout.config(name).write_text(_toml(common | settings), encoding="utf-8")


def _common(layout: Layout, name: str, address: str, people: People) -> Settings:
    tls = people.tls(Who(OFFICE if name == "printer" else NATIONAL, name))
    return {
        "listen": address,
        "certificate": tls.certificate,
        "private_key": tls.private_key,
        "authority": tls.authority,
        "policy_file": REPOSITORY / "deploy" / "policy" / "policy.toml",
        "database_url": f"sqlite+aiosqlite:///{layout.data / name}.sqlite",
        "environment": "test",
        "clock_file": layout.clock,
    }


def _matcher(layout: Layout) -> Settings:
    return {"snapshot_file": layout.data / "matcher.snapshot", "snapshot_every": 500}


def _issuance(
    layout: Layout, addresses: Mapping[str, str], wishes: Wishes, people: People
) -> Settings:
    return {}


def _printer(layout: Layout) -> Settings:
    return {
        "office": OFFICE,
        "trusted_keys": layout.pki / "trusted",
        "poll_seconds": 0.05,
        "rest_seconds": 0.2,
    }


def _write_clearance_keys(layout: Layout) -> None:
    """Issuance signs with the private key; the printer trusts the public one, named by its kid."""
    key = Ed25519PrivateKey.generate()
    private = layout.pki / f"{KID}.key"
    private.touch(mode=0o600)
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    trusted = layout.pki / "trusted" / f"{KID}.pem"
    trusted.parent.mkdir()
    trusted.write_bytes(
        key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )


def _toml(settings: Settings) -> str:
    """JSON's texts, numbers, booleans and lists of them are TOML's too."""
    return "".join(f"{key} = {json.dumps(value, default=str)}\n" for key, value in settings.items())
