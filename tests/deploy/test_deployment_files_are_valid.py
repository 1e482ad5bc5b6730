import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from issuance.config import IssuanceSettings
from matcher.config import Settings as MatcherSettings
from printer.config import PrinterSettings
from servicekit.process.settings import ServiceSettings
from servicekit.security.access_policy import Policy

DEPLOY = Path(__file__).parents[2] / "deploy"
SETTINGS: dict[str, type[ServiceSettings]] = {
    "matcher": MatcherSettings,
    "issuance": IssuanceSettings,
    "printer": PrinterSettings,
}


def test_compose_file_obeys_the_compose_specification() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    answer = subprocess.run(
        [*command, str(DEPLOY / "compose/compose.yaml")],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert answer.returncode == 0, answer.stdout


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
@pytest.mark.parametrize("service", SETTINGS)
def test_systemd_accepts_the_unit(service: str, tmp_path: Path) -> None:
    unit = tmp_path / f"passport-{service}.service"
    text = (DEPLOY / f"systemd/{unit.name}").read_text()
    unit.write_text(text.replace("/opt/passport/.venv/bin/" + service, "/bin/true"))

    answer = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert answer.returncode == 0, answer.stderr
    assert unit.name not in answer.stderr, answer.stderr


@pytest.mark.parametrize("service", SETTINGS)
def test_systemd_never_gives_up(service: str) -> None:
    unit = (DEPLOY / f"systemd/passport-{service}.service").read_text().splitlines()

    assert "Restart=always" in unit
    assert unit.index("StartLimitIntervalSec=0") < unit.index("[Service]")


@pytest.mark.parametrize("service", SETTINGS)
def test_example_configuration_is_accepted(service: str) -> None:
    SETTINGS[service].load(DEPLOY / f"config/{service}.toml")


def test_policy_is_sound() -> None:
    assert Policy.load(DEPLOY / "policy/policy.toml").allow


def test_groups_of_alerts_have_names_of_their_own() -> None:
    groups = yaml.safe_load((DEPLOY / "prometheus/alerts.yml").read_text())["groups"]

    assert [group["name"] for group in groups] == [
        "passport-matcher",
        "passport-printer",
        "passport-issuance",
    ]
    alerts = [rule["alert"] for group in groups for rule in group["rules"]]
    assert sorted(alerts) == sorted(set(alerts))
