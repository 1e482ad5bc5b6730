from datetime import UTC, datetime

from printer.domain.printer_client import PrinterStatus
from printer.use_cases.machine_monitor import MachineMonitor

NOON = datetime(2018, 11, 5, 12, tzinfo=UTC)
STATUS = PrinterStatus(
    printer_uuid="urn:uuid:1", up_time=100, asked_at=NOON, answered_at=NOON, idle=True,
    stopped=False, accepting_jobs=True, state_reasons=(),
)  # fmt: skip


def test_a_machine_that_never_answered_is_not_reachable() -> None:
    monitor = MachineMonitor(lambda: 0.0, backoff_seconds=5.0)

    assert not monitor.is_reachable("M1")


def test_a_machine_is_reachable_until_it_does_not_answer() -> None:
    monitor = MachineMonitor(lambda: 0.0, backoff_seconds=5.0)

    monitor.record_status("M1", STATUS)
    answered = monitor.is_reachable("M1")
    monitor.record_unreachable("M1")

    assert (answered, monitor.is_reachable("M1")) == (True, False)
