import io
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
from harness.demo_facts import (
    Books,
    Check,
    ExaminedPrints,
    Facts,
    Kill,
    NoticeCount,
    NoticeText,
    Phase,
    ProcessUsage,
    ScheduleRow,
)
from PIL import Image


@pytest.fixture
def workers() -> Iterator[Executor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


@pytest.fixture
def facts() -> Facts:
    applied_on = date(2018, 10, 29)
    return Facts(
        seed=7,
        began=datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
        as_it_was=[ScheduleRow(applied_on, date(2018, 11, 5), 92)],
        as_it_would_have_been=[ScheduleRow(applied_on, date(2018, 11, 1), 92)],
        announcement=NoticeText(datetime(2018, 10, 31, 18, tzinfo=UTC), "Jadwal", "Schedule"),
        notice_counts=[NoticeCount(applied_on, "the day of collection", 92)],
        notices=[NoticeText(datetime(2018, 10, 29, 9, tzinfo=UTC), "Siap <1>", "Ready <1>")],
        applications=93,
        collected=92,
        refused=1,
        planted=1,
        planted_adjudicated=1,
        planted_confirmed=1,
        books=Books(100, 92, 1, 0, 7),
        examined_prints=ExaminedPrints(_png(), 12, 21.5, 5.25, 2100),
        data_page=_png(),
        phases=[Phase("printed and read", 92, "books", 4.0)],
        kills=[Kill("matcher", "enrolling", 3.5)],
        usage={"matcher": ProcessUsage(700 * 2**20, 90.0)},
        versions={"Python": "3.11"},
        checks=[Check("nobody is forgotten", False, "1 waits")],
        wall_seconds=200.04,
    )


def _png() -> bytes:
    target = io.BytesIO()
    Image.new("L", (8, 8), 200).save(target, format="PNG")
    return target.getvalue()
