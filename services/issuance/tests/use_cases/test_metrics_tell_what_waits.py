"""Monitoring sees what waits, for how long and behind which outage; each alert has its metric."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from issuance.domain.outage import OutageScope
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.paused_work import PausedWork
from issuance.metrics import read_metrics

from .workflow import Workflow

ALERTS = Path(__file__).parents[4] / "deploy" / "prometheus" / "alerts.yml"


async def test_applications_are_counted_by_office_and_state(workflow: Workflow) -> None:
    await workflow.applies()
    await workflow.is_identified()
    await workflow.applies()
    await workflow.applies(office="JKT")
    withdrawn = await workflow.brings_documents()
    await workflow.withdraws(withdrawn)

    found = await metrics(workflow)

    waiting = {name: value for name, value in found.items() if "applications_waiting" in name}
    assert waiting == {
        'issuance_applications_waiting{office="BJM",state="AWAITING_APPROVAL"}': 1,
        'issuance_applications_waiting{office="BJM",state="IDENTIFYING"}': 1,
        'issuance_applications_waiting{office="JKT",state="IDENTIFYING"}': 1,
    }


async def test_broken_promises_are_counted_from_the_day_after(workflow: Workflow) -> None:
    overdue = 'issuance_applications_overdue{office="BJM"}'
    await workflow.applies()
    ready = await workflow.becomes_ready()

    workflow.clock("2018-10-31 20:00")
    on_the_day = await metrics(workflow)
    workflow.clock("2018-11-01 20:00")
    afterwards = await metrics(workflow)

    assert (await workflow.case(ready)).promised_collection_date is not None
    assert (on_the_day[overdue], afterwards[overdue]) == (0, 1)


async def test_work_that_is_left_shows_its_age_and_its_outage(workflow: Workflow) -> None:
    before = await metrics(workflow)
    await workflow.applies()
    await workflow.declares(OutageScope.MATCHER)
    workflow.now_is += timedelta(minutes=20)

    found = await metrics(workflow)

    assert before['issuance_outages{office="",scope="MATCHER"}'] == 0
    assert found['issuance_outages{office="",scope="MATCHER"}'] == 1
    assert found['issuance_outbox_tasks{kind="IDENTIFY"}'] == 1
    assert found['issuance_outbox_tasks_failing{kind="IDENTIFY"}'] == 0
    assert found['issuance_outbox_tasks_refused{kind="IDENTIFY"}'] == 0
    assert found['issuance_outbox_oldest_seconds{kind="IDENTIFY"}'] == 1200
    assert found['issuance_outbox_oldest_seconds{kind="PRINT"}'] == 0


async def test_work_that_is_paused_is_seen_until_it_is_resumed(workflow: Workflow) -> None:
    here = PausedWork(OutboxTaskKind.PRINT, "BJM", "bad books", "ani", workflow.now_is)
    async with workflow.store.begin() as records:
        await records.paused_work.pause(here)
    paused = await metrics(workflow)
    async with workflow.store.begin() as records:
        await records.paused_work.resume(OutboxTaskKind.PRINT, "BJM")
    resumed = await metrics(workflow)

    assert paused['issuance_work_paused{kind="PRINT",office="BJM"}'] == 1
    assert paused['issuance_work_paused{kind="PRINT",office=""}'] == 0
    assert {value for name, value in resumed.items() if "work_paused" in name} == {0}


async def test_each_alert_rests_on_a_metric_that_is_served(workflow: Workflow) -> None:
    await workflow.applies()
    served = {name.partition("{")[0] for name in await metrics(workflow)} | {"up"}

    for rule in rules():
        named = set(re.findall(r"\b(?:issuance_\w+|up)\b", rule["expr"]))

        assert named, rule["alert"]
        assert named <= served, rule["alert"]


def test_each_alert_says_who_has_to_do_what() -> None:
    for rule in rules():
        assert re.match(r"(Supervisor|Administrator): ", rule["annotations"]["action"])


async def metrics(workflow: Workflow) -> dict[str, float]:
    """The value of each metric with its labels, as Prometheus writes them."""
    found = await read_metrics(
        workflow.store, workflow.offices, workflow, lambda: workflow.real_now
    )
    return {
        f"{sample.name}{_labels(sample.labels)}": sample.value
        for metric in found
        for sample in metric.samples
    }


def rules() -> list[dict[str, Any]]:
    groups = {
        group["name"]: group["rules"] for group in yaml.safe_load(ALERTS.read_text())["groups"]
    }
    found: list[dict[str, Any]] = groups["passport-issuance"]
    assert found
    return found


def _labels(labels: dict[str, str]) -> str:
    written = ",".join(f'{name}="{value}"' for name, value in sorted(labels.items()))
    return f"{{{written}}}" if written else ""
