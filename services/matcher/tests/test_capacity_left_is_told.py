"""GetStatus tells how many more people fit into the index, and a warning comes in time."""

import asyncio
import re
import urllib.request
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from matcher.domain.index_capacity import IndexCapacity
from matcher.domain.index_entry import NOT_LOADED, IndexState
from matcher.metrics import read_metrics
from matcher.use_cases.watch_capacity import WatchCapacity

from services.captured_logs import captured_logs

from .conftest import Callers, Matchers
from .people import fingers

ALERTS = Path(__file__).parents[3] / "deploy" / "prometheus" / "alerts.yml"


def _state(people: int, size_bytes: int) -> IndexState:
    return IndexState(1, people, 2 * people, size_bytes, None)


@pytest.mark.parametrize(
    ("people", "size_bytes", "left"),
    [(100, 500, 100), (100, 999, 0), (100, 990, 1), (100, 1000, 0), (100, 1500, 0)],
)
def test_more_people_take_as_much_as_those_on_record(
    people: int, size_bytes: int, left: int
) -> None:
    assert IndexCapacity(1000).people_left(_state(people, size_bytes)) == left


def test_it_is_unknown_without_a_limit_and_without_people() -> None:
    assert IndexCapacity(None).people_left(_state(100, 500)) is None
    assert IndexCapacity(1000).people_left(NOT_LOADED) is None


async def test_the_status_tells_limit_and_people_left_and_nothing_is_refused(
    matchers: Matchers, callers: Callers, someone: int, unused_tcp_port: int
) -> None:
    matcher = matchers(index_memory_mebibytes=1, metrics_listen=f"127.0.0.1:{unused_tcp_port}")
    matcher.start()
    empty = matcher.status()
    caller = callers(matcher)
    await caller.enrol("one", fingers(someone), check=True)
    await caller.enrol("two", fingers(someone + 1), check=True)

    status = matcher.status()
    url = f"http://127.0.0.1:{unused_tcp_port}/metrics"
    page = await asyncio.to_thread(urllib.request.urlopen, url, timeout=10)
    metrics = page.read().decode().splitlines()

    assert empty.index_bytes_limit == status.index_bytes_limit == 1_048_576
    assert not empty.HasField("people_left")
    assert 50 < status.people_left < 1_000
    assert "matcher_index_bytes_limit 1.048576e+06" in metrics
    assert "matcher_index_people 2.0" in metrics


async def test_nothing_is_told_where_no_limit_is_set(
    shared_matcher: Any, issuance: Any, someone: int
) -> None:
    await issuance.enrol(f"{someone}", fingers(someone))

    status = shared_matcher.status()

    assert not status.HasField("index_bytes_limit")
    assert not status.HasField("people_left")


async def test_no_limit_is_no_metric() -> None:
    index: Any = SimpleNamespace(state=lambda: _state(100, 500))

    found = await read_metrics(index, IndexCapacity(None))

    assert [each.name for each in found] == ["matcher_index_people", "matcher_index_bytes"]


async def test_the_alert_rests_on_metrics_that_are_served() -> None:
    index: Any = SimpleNamespace(state=lambda: _state(100, 500))
    served = {each.name for each in await read_metrics(index, IndexCapacity(1000))}
    groups = {group["name"]: group for group in yaml.safe_load(ALERTS.read_text())["groups"]}

    for rule in groups["passport-matcher"]["rules"]:
        assert set(re.findall(r"matcher_\w+", rule["expr"])) <= served
        assert rule["annotations"]["action"].startswith("Administrator: ")


def test_a_warning_is_logged_once_at_nine_tenths() -> None:
    sizes = iter((899, 900, 950, 899, 900))
    index: Any = SimpleNamespace(state=lambda: _state(100, next(sizes)))
    watch = WatchCapacity(index, IndexCapacity(1000))

    with captured_logs() as lines:
        for _ in range(5):
            watch.check()

    assert [line["event"] for line in lines] == ["index_nearly_full", "index_nearly_full"]
    assert lines[0]["people_left"] == 11
