"""What waits in issuance, for what and since when, for Prometheus."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily, Metric

from issuance.domain.office import Office
from issuance.domain.outage import NATIONAL_SCOPES, Outage
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.paused_work import PausedWork
from issuance.domain.states import ApplicationState
from issuance.domain.waiting_on import WAITING_ON
from issuance.store.outbox_records import OutboxBacklog
from issuance.store.records import Records
from issuance.use_cases.late_applications import which_are_late


async def waiting_metrics(
    records: Records, offices: Mapping[str, Office], now: datetime, real_now: datetime
) -> list[Metric]:
    """Return what waits by office and state, broken promises, work that is left, and what stops it.

    now: business time. real_now: real time, since leases run in it.
    """
    waiting = await records.case_counts.by_office_and_state()
    with_cases = {office for office, _ in waiting}
    overdue = await records.case_counts.overdue(now.date())
    without_fingerprints = await records.case_counts.without_fingerprints()
    unidentified = await records.unidentified_holders.count()
    past_legal_limit = await records.case_counts.past_legal_limit(now.date())
    late = await which_are_late(records, offices.values(), now)
    outages = await records.outages.ongoing()
    return [
        _waiting(waiting),
        _late(waiting, await records.late_cases.count(late)),
        _by_office(
            "issuance_applications_overdue",
            "Applications without a book whose promised day has passed (UTC)",
            overdue,
            with_cases,
        ),
        _by_office(
            "issuance_applications_past_legal_limit",
            "Applications without a book after the four working days that the law allows (UTC)",
            past_legal_limit,
            with_cases,
        ),
        _by_office(
            "issuance_applications_without_fingerprints",
            "Applications, ended ones too, of which no finger could be captured",
            without_fingerprints,
            offices,
        ),
        _by_office(
            "issuance_emergency_documents_unidentified",
            "Emergency documents that were handed over and whose holders are to be identified",
            unidentified,
            offices,
        ),
        *_outbox(await records.outbox.backlog(real_now), now),
        _paused(await records.paused_work.all()),
        _outages(outages.values()),
    ]


def _waiting(waiting: Mapping[tuple[str, ApplicationState], int]) -> Metric:
    metric = GaugeMetricFamily(
        "issuance_applications_waiting",
        "Applications that have not ended",
        labels=["office", "state"],
    )
    for (office, state), number in waiting.items():
        metric.add_metric([office, state.name], number)
    return metric


def _late(
    waiting: Iterable[tuple[str, ApplicationState]],
    late: Mapping[tuple[str, ApplicationState], int],
) -> Metric:
    metric = GaugeMetricFamily(
        "issuance_applications_late",
        "Applications that stay longer in their state than is usual, and who has to act",
        labels=["office", "state", "responsible_party"],
    )
    for office, state in waiting:
        party = WAITING_ON[state].responsible_party
        metric.add_metric([office, state.name, party.name], late.get((office, state), 0))
    return metric


def _by_office(
    name: str, meaning: str, applications: Mapping[str, int], offices: Iterable[str]
) -> Metric:
    metric = GaugeMetricFamily(name, meaning, labels=["office"])
    for office in offices:
        metric.add_metric([office], applications.get(office, 0))
    return metric


def _outbox(backlogs: Iterable[OutboxBacklog], now: datetime) -> Iterable[Metric]:
    tasks = GaugeMetricFamily(
        "issuance_outbox_tasks", "What another service is still to be asked", labels=["kind"]
    )
    failing = GaugeMetricFamily(
        "issuance_outbox_tasks_failing", "Of these, attempted in vain", labels=["kind"]
    )
    refused = GaugeMetricFamily(
        "issuance_outbox_tasks_refused", "Of these, not attempted any more", labels=["kind"]
    )
    oldest = GaugeMetricFamily(
        "issuance_outbox_oldest_seconds", "Age of the oldest of these", labels=["kind"]
    )
    found = {backlog.kind: backlog for backlog in backlogs}
    for kind in OutboxTaskKind:
        backlog = found.get(kind)
        tasks.add_metric([kind.name], backlog.count if backlog else 0)
        failing.add_metric([kind.name], backlog.failing if backlog else 0)
        refused.add_metric([kind.name], backlog.refused if backlog else 0)
        age = (now - backlog.oldest).total_seconds() if backlog else 0.0
        oldest.add_metric([kind.name], max(0.0, age))
    return [tasks, failing, refused, oldest]


def _paused(pauses: Iterable[PausedWork]) -> Metric:
    metric = GaugeMetricFamily(
        "issuance_work_paused",
        "1 for work that an administrator has paused, at one office or (empty) at all",
        labels=["kind", "office"],
    )
    paused = {(kind, ""): 0 for kind in OutboxTaskKind} | {
        (each.kind, each.office): 1 for each in pauses
    }
    for (kind, office), value in paused.items():
        metric.add_metric([kind.name, office], value)
    return metric


def _outages(ongoing: Iterable[Outage]) -> Metric:
    metric = GaugeMetricFamily("issuance_outages", "Outages that go on", labels=["scope", "office"])
    numbers = Counter((outage.scope.name, outage.office) for outage in ongoing)
    # Always there, so that a rule can tell none from unknown.
    for scope in NATIONAL_SCOPES:
        numbers.setdefault((scope.name, ""), 0)
    for labels, number in numbers.items():
        metric.add_metric(labels, number)
    return metric
