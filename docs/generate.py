"""Writes what is made from the code: the error catalogue and the example configurations."""

import importlib
import json
import pkgutil
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from issuance.config import IssuanceSettings
from issuance.domain.outage_policy import DEFAULT_POLICY
from issuance.domain.tariff import INDONESIA_2019
from issuance.office_settings import OfficeSettings
from issuance.outage_policy_file import outage_policy_example
from issuance.tariff_file import tariff_example
from matcher.config import Settings as MatcherSettings
from printer.config import PrinterSettings
from pydantic import BaseModel
from servicekit.errors import DomainError, error_catalogue
from servicekit.process.settings import ServiceSettings

ROOT = Path(__file__).parents[1]
PACKAGES = ("servicekit", "matcher", "issuance", "printer")
ERRORS_HEAD = """# Errors

Made by `make docs` from the code. Every error answer carries a `google.rpc.ErrorInfo` with the
reason below and the domain `passport.<service>`; where a field is at fault a `BadRequest` names it;
where waiting helps a `RetryInfo` says how long.
"""
EXAMPLES: dict[str, tuple[type[ServiceSettings], dict[str, Any]]] = {
    "matcher": (
        MatcherSettings,
        {
            "listen": "0.0.0.0:7101",
            "database_url": "postgresql+asyncpg://passport@database/matcher",
            "master_key_file": "/etc/passport/matcher-master.key",
            "snapshot_file": "/var/lib/passport/matcher/index.snapshot",
        },
    ),
    "issuance": (
        IssuanceSettings,
        {
            "listen": "0.0.0.0:7201",
            "database_url": "postgresql+asyncpg://passport@database/issuance",
            "matcher": "matcher:7101",
            "clearance_key": "/etc/passport/clearance-2026.key",
            "clearance_key_id": "clearance-2026",
        },
    ),
    "printer": (
        PrinterSettings,
        {
            "listen": "0.0.0.0:7301",
            "database_url": "sqlite+aiosqlite:////var/lib/passport/printer/printer.sqlite",
            "office": "BJM",
            "trusted_keys": "/etc/passport/trusted",
        },
    ),
}
OFFICE = {
    "id": "BJM",
    "name": "Banjarmasin",
    "timezone": "Asia/Makassar",
    "printer": "printer.bjm.example:7301",
    "machines": 4,
    "books_per_machine_per_day": 40.5,
}


def main() -> None:
    """Write every page and example into the repository."""
    for path, text in written().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def written() -> dict[Path, str]:
    """Return what each file should hold."""
    examples = {ROOT / f"deploy/config/{name}.toml": example(name) for name in EXAMPLES}
    return {
        ROOT / "docs/errors.md": errors_page(),
        ROOT / "deploy/policy/outages.toml": outage_policy_example(DEFAULT_POLICY),
        ROOT / "deploy/policy/tariff.toml": tariff_example(INDONESIA_2019),
        **examples,
    }


def errors_page() -> str:
    """The error catalogue as Markdown, grouped by the package that raises."""
    for package in PACKAGES:
        _load(package)
    errors = sorted(error_catalogue(), key=lambda error: error.reason)
    return ERRORS_HEAD + "".join(_section(package, errors) for package in PACKAGES)


def example(service: str) -> str:
    """A configuration file with every setting: required ones set, defaults commented out."""
    settings, values = EXAMPLES[service]
    common = {
        "certificate": f"/etc/passport/{service}.pem",
        "private_key": f"/etc/passport/{service}.key",
        "authority": "/etc/passport/authority.pem",
        "policy_file": "/etc/passport/policy.toml",
        "denied_certificates_file": "/etc/passport/denied_certificates.txt",
    }
    head = f"# Example configuration of the {service} service. Made by `make docs`.\n"
    prefix = settings.model_config.get("env_prefix")
    head += f"# Each value may also be given as an environment variable: {prefix}<NAME>.\n"
    text = head + "".join(_settings(settings, common | values))
    if service == "issuance":
        text += "\n# One section for each office with which an empty database begins.\n[[offices]]"
        text += "".join(_settings(OfficeSettings, OFFICE))
    return text


def _settings(model: type[BaseModel], values: Mapping[str, Any]) -> Iterator[str]:
    for name, about in model.model_fields.items():
        if name == "offices":
            continue
        yield "\n" + textwrap.fill(f"# {about.description}.", 96, subsequent_indent="# ") + "\n"
        if name in values:
            yield f"{name} = {json.dumps(values[name])}\n"
        else:
            default = "" if about.default is None else about.default
            yield f"# {name} = {_toml(default)}\n"


def _toml(value: Any) -> str:
    if not isinstance(value, dict):
        return json.dumps(value, default=str)
    return "{" + ", ".join(f"{key} = {_toml(each)}" for key, each in value.items()) + "}"


def _load(package: str) -> None:
    """Load what may raise; training, which no service does, needs what is not installed here."""
    parent = importlib.import_module(package)
    for module in pkgutil.walk_packages(parent.__path__, f"{package}."):
        if not {"__main__", "migrations", "training"} & set(module.name.split(".")):
            importlib.import_module(module.name)


def _section(package: str, errors: list[type[DomainError]]) -> str:
    rows = [
        f"| `{error.reason}` | {error.kind.value} | {(error.__doc__ or '').splitlines()[0]} |\n"
        for error in errors
        if error.__module__.split(".")[0] == package
    ]
    title = "Every service" if package == "servicekit" else package
    return f"\n## {title}\n\n| reason | status | meaning |\n|---|---|---|\n" + "".join(rows)


if __name__ == "__main__":
    main()
