from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from servicekit.process.clock import FileClock, SystemClock, clock_from, set_clock

NOON = datetime(2018, 10, 30, 12, tzinfo=timezone(timedelta(hours=8)))


def test_production_refuses_it(settings: Any, tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="clock_file is refused in production"):
        settings(environment="production", clock_file=tmp_path / "clock")


@pytest.mark.parametrize("environment", ["test", "demo"])
def test_tests_and_the_demo_hold_it(settings: Any, tmp_path: Path, environment: str) -> None:
    file = tmp_path / "clock"
    clock = clock_from(settings(environment=environment, clock_file=file))

    set_clock(file, NOON)
    first = clock.now()
    set_clock(file, NOON + timedelta(days=1))

    assert first == NOON
    assert first.tzinfo is UTC
    assert clock.now() - first == timedelta(days=1)


def test_without_a_file_it_is_real_time(settings: Any) -> None:
    clock = clock_from(settings(environment="production"))

    before = datetime.now(UTC)
    assert isinstance(clock, SystemClock)
    assert before <= clock.now() <= datetime.now(UTC)


def test_a_time_without_zone_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    file.write_text("2018-10-30T12:00:00")

    with pytest.raises(ValueError, match="no zone"):
        FileClock(file).now()
    with pytest.raises(ValueError, match="no zone"):
        set_clock(file, NOON.replace(tzinfo=None))
