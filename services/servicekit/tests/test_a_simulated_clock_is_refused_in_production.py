from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from servicekit.process.clock import FileClock, SystemClock, make_clock, write_clock_file

NOON = datetime(2018, 10, 30, 12, tzinfo=timezone(timedelta(hours=8)))


def test_production_refuses_it(settings: Any, tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="clock_file is refused in production"):
        settings(environment="production", clock_file=tmp_path / "clock")


@pytest.mark.parametrize("environment", ["test", "demo"])
def test_tests_and_the_demo_set_it(settings: Any, tmp_path: Path, environment: str) -> None:
    file = tmp_path / "clock"
    clock = make_clock(settings(environment=environment, clock_file=file))

    write_clock_file(file, NOON)
    first = clock.now()
    write_clock_file(file, NOON + timedelta(days=1))

    assert first == NOON
    assert first.tzinfo is UTC
    assert clock.now() - first == timedelta(days=1)


def test_without_a_file_it_is_real_time(settings: Any) -> None:
    clock = make_clock(settings(environment="production"))

    before = datetime.now(UTC)
    assert isinstance(clock, SystemClock)
    assert before <= clock.now() <= datetime.now(UTC)


def test_a_time_without_zone_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    file.write_text("2018-10-30T12:00:00")

    with pytest.raises(ValueError, match="no time zone"):
        FileClock(file).now()
    with pytest.raises(ValueError, match="no time zone"):
        write_clock_file(file, NOON.replace(tzinfo=None))
