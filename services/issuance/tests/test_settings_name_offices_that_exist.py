"""Settings that name an office are wrong in a way that is seen, when there is no such office."""

from typing import Any

import pytest
from issuance.config import IssuanceSettings
from issuance.use_cases.office_lifecycle import warn_of_unknown_offices
from pydantic import ValidationError

from services.captured_logs import captured_logs


def _settings(**values: Any) -> IssuanceSettings:
    needed = {
        "certificate": "service.pem",
        "private_key": "service.key",
        "authority": "ca.pem",
        "policy_file": "policy.toml",
        "database_url": "sqlite+aiosqlite:///issuance.sqlite",
        "matcher": "localhost:1",
        "clearance_key": "clearance.key",
        "clearance_key_id": "test",
    }
    return IssuanceSettings.model_validate(needed | values)


@pytest.mark.parametrize("id", ["bjm", "BJ", "Banjarmasin", ""])
def test_what_is_no_id_of_an_office_is_refused(id: str) -> None:
    with pytest.raises(ValidationError, match="finger_check_of_offices"):
        _settings(finger_check_of_offices={id: "required"})


def test_an_office_that_nobody_has_added_is_named_in_the_log() -> None:
    settings = _settings(finger_check_of_offices={"BJN": "required", "BJM": "off"})

    with captured_logs() as logged:
        warn_of_unknown_offices(
            "finger_check_of_offices", settings.finger_check_of_offices, {"BJM", "JKT"}
        )

    assert [(each["event"], each["office"]) for each in logged] == [
        ("unknown_office_in_the_settings", "BJN")
    ]
