import asyncio
import re
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio
import yaml

from .office import Office, open_office

ALERTS = Path(__file__).parents[3] / "deploy" / "prometheus" / "alerts.yml"


@pytest_asyncio.fixture
async def office(tmp_path: Path, database_url: str, unused_tcp_port: int) -> AsyncIterator[Office]:
    """A running office that serves metrics."""
    listen = f"127.0.0.1:{unused_tcp_port}"
    async with open_office(tmp_path, database_url, metrics_listen=listen) as running:
        yield running


async def metrics(office: Office) -> dict[str, float]:
    """Return the value of each metric with its labels, as one scrape reads them."""
    url = f"http://{office.settings['metrics_listen']}/metrics"
    page = await asyncio.to_thread(urllib.request.urlopen, url, timeout=10)
    lines = [line.rsplit(" ", 1) for line in page.read().decode().splitlines()]
    return {name: float(value) for name, value in lines if not name.startswith("#")}


async def test_jobs_books_and_machines_are_counted_by_state(office: Office) -> None:
    await office.machine(books=3)

    job = await office.print()
    await office.until(job.job_id, "QUALITY_CHECK")
    found = await metrics(office)

    assert found['printer_jobs{state="QUALITY_CHECK"}'] == 1
    assert found['printer_jobs{state="UNKNOWN_OUTCOME"}'] == 0
    assert found['printer_books{state="ASSIGNED"}'] == 1
    assert found['printer_machine_books_loaded{machine="M1"}'] == 2
    assert found['printer_machine_state{machine="M1",state="IDLE"}'] == 1
    assert found['printer_machine_state{machine="M1",state="UNAVAILABLE"}'] == 0


async def test_each_alert_rests_on_a_metric_that_is_served(office: Office) -> None:
    await office.machine(books=1)
    served = {re.split(r"[{ ]", name)[0] for name in await metrics(office)} | {"up"}

    for rule in rules():
        named = set(re.findall(r"\b(?:printer_\w+|up)\b", rule["expr"]))

        assert named, rule["alert"]
        assert named <= served, rule["alert"]


def test_each_alert_says_who_has_to_do_what() -> None:
    for rule in rules():
        assert re.match(r"(Operator|Administrator): ", rule["annotations"]["action"])


def rules() -> list[dict[str, Any]]:
    groups = {
        group["name"]: group["rules"] for group in yaml.safe_load(ALERTS.read_text())["groups"]
    }
    found: list[dict[str, Any]] = groups["passport-printer"]
    assert found
    return found
