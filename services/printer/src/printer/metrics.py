"""What monitoring sees of an office's print room: jobs, books and machines, for Prometheus.

`deploy/prometheus/alerts.yml` has the rules by which somebody is told.
"""

from collections.abc import Iterable
from enum import Enum

from prometheus_client.core import GaugeMetricFamily, Metric
from servicekit.process.clock import Clock

from printer.domain.job_transitions import JobState
from printer.domain.machine import MachineState
from printer.store.records import Store
from printer.use_cases.machine_monitor import MachineMonitor
from printer.use_cases.machines import MachineView
from printer.use_cases.printing_status import PrintingStatus, printing_status


async def read_metrics(store: Store, monitor: MachineMonitor, clock: Clock) -> list[Metric]:
    """Return the present number of jobs, books and machines by state, each state included."""
    async with store.read() as records:
        status = await printing_status(records, monitor, clock.now())
    return [*_count_metrics(status), *_machine_metrics(status.machines)]


def _count_metrics(status: PrintingStatus) -> Iterable[Metric]:
    jobs = GaugeMetricFamily("printer_jobs", "Print jobs by state", labels=["state"])
    _add_each(jobs, ((state, status.jobs.get(state, 0)) for state in JobState))
    books = GaugeMetricFamily("printer_books", "Passport books by state", labels=["state"])
    _add_each(books, status.books.by_state.items())
    return [jobs, books]


def _add_each(metric: GaugeMetricFamily, by_state: Iterable[tuple[Enum, int]]) -> None:
    for state, number in by_state:
        metric.add_metric([state.name], number)


def _machine_metrics(views: list[MachineView]) -> Iterable[Metric]:
    states = GaugeMetricFamily(
        "printer_machine_state", "1 for the state that a machine is in", labels=["machine", "state"]
    )
    loaded = GaugeMetricFamily(
        "printer_machine_books_loaded", "Blank books in a machine", labels=["machine"]
    )
    for view in views:
        name = view.machine.machine_id
        loaded.add_metric([name], view.books_loaded)
        for state in MachineState:
            states.add_metric([name, state.name], int(view.state is state))
    return [states, loaded]
