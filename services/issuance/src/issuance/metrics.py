"""What monitoring sees of issuance, for Prometheus: what waits, identifications, the printers.

`deploy/prometheus/alerts.yml` has the rules by which somebody is told.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily, Metric
from servicekit.process.clock import Clock

from issuance.domain.circuit_breaker import CircuitState
from issuance.domain.identification_rate import IdentificationRate, RatePhase
from issuance.domain.office import Office
from issuance.store.records import Store
from issuance.use_cases.service_status import PrinterStatus, printer_status
from issuance.waiting_metrics import waiting_metrics


async def read_metrics(
    store: Store,
    offices: Mapping[str, Office],
    clock: Clock,
    real_now: Callable[[], datetime],
) -> list[Metric]:
    """Return what waits, the rate of identifications and the state of the printers.

    All figures are those of the database, which replicas share.
    """
    now = real_now()
    async with store.read() as records:
        waiting = await waiting_metrics(records, offices, clock.now(), now)
        rate = await records.identification_rate.get()
        printers = await printer_status(records, (), now)
    return [*waiting, *_identification_metrics(rate, now), *_printer_metrics(printers)]


def _printer_metrics(printers: Iterable[PrinterStatus]) -> list[Metric]:
    circuits = GaugeMetricFamily(
        "issuance_printer_circuit",
        "1 for whether the printer of an office is called",
        labels=["office", "state"],
    )
    tasks = GaugeMetricFamily(
        "issuance_print_tasks", "Print tasks of an office that are not done", labels=["office"]
    )
    for printer in printers:
        tasks.add_metric([printer.office], printer.queue.tasks)
        for state in CircuitState:
            circuits.add_metric([printer.office, state.name], int(printer.circuit is state))
    return [circuits, tasks]


def _identification_metrics(rate: IdentificationRate, now: datetime) -> list[Metric]:
    pause = max(0.0, (rate.paused_until - now).total_seconds())
    phases = GaugeMetricFamily(
        "issuance_identification_phase", "1 for the phase of the rate", labels=["phase"]
    )
    for phase in RatePhase:
        phases.add_metric([phase.name], int(phase is rate.phase))
    return [
        phases,
        GaugeMetricFamily(
            "issuance_identifications_per_second", "Rate of identifications now", rate.per_second
        ),
        GaugeMetricFamily(
            "issuance_identifications_granted_per_second",
            "Most identifications that begin in any second",
            rate.granted,
        ),
        GaugeMetricFamily(
            "issuance_identification_pause_seconds",
            "Until the next identification may begin, because the matcher asked for it",
            pause,
        ),
    ]
