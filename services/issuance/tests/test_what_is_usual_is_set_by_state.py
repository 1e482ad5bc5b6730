"""How long each state usually takes is a setting; states that are not named keep their hours."""

from datetime import timedelta
from typing import Any

import pytest
from issuance.config import IssuanceSettings
from issuance.domain.states import ApplicationState
from pydantic import ValidationError

STATE = ApplicationState


def settings(**hours: Any) -> IssuanceSettings:
    office = {
        "id": "BJM", "name": "Banjarmasin", "timezone": "Asia/Makassar", "machines": 4,
        "books_per_machine_per_day": 40.5,
    }  # fmt: skip
    needed = {"listen": "localhost:0", "database_url": "sqlite+aiosqlite://"}
    files = ("certificate", "private_key", "authority", "policy_file", "clearance_key")
    return IssuanceSettings.model_validate(
        needed | dict.fromkeys(files, "file") | {"matcher": "m:1", "clearance_key_id": "key"}
        | {"offices": [office], "expected_working_hours": hours}
    )  # fmt: skip


def test_one_state_is_set_and_the_others_keep_their_hours() -> None:
    times = settings(identifying=1.5).expected_times

    assert times[STATE.IDENTIFYING] == timedelta(minutes=90)
    assert times[STATE.AWAITING_APPROVAL] == timedelta(hours=8)
    assert STATE.APPROVED not in times


@pytest.mark.parametrize(
    ("state", "hours"),
    [("approved", 8), ("handed_over", 8), ("lost", 8), ("ready", 0), ("ready", -1), ("ready", 401)],
)
def test_only_what_waits_is_expected_within_some_weeks(state: str, hours: float) -> None:
    with pytest.raises(ValidationError, match="expected_working_hours"):
        settings(**{state: hours})
