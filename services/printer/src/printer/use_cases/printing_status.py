"""State of printing in the office, and what keeps jobs waiting."""

from dataclasses import dataclass

from printer.domain.job import JobState
from printer.domain.machine import MachineState
from printer.store.records import Records
from printer.use_cases.machine_monitor import MachineMonitor
from printer.use_cases.machines import MachineView, view_machines
from printer.use_cases.stock import BookBalance, book_balance


@dataclass(frozen=True, slots=True)
class PrintingStatus:
    """State of printing in an office, for administrators.

    jobs: number in each state, states without jobs missing. blocking_reasons: what keeps jobs
    waiting, in words, most general first.
    """

    jobs: dict[JobState, int]
    machines: list[MachineView]
    books: BookBalance
    blocking_reasons: list[str]


async def printing_status(records: Records, monitor: MachineMonitor) -> PrintingStatus:
    """Return jobs by state, machines, books, and what keeps jobs waiting."""
    jobs = await records.jobs.count_by_state()
    machines = await view_machines(records, monitor)
    reasons = _blocking_reasons(jobs, machines)
    return PrintingStatus(jobs, machines, await book_balance(records), reasons)


def _blocking_reasons(jobs: dict[JobState, int], machines: list[MachineView]) -> list[str]:
    reasons = []
    if not machines:
        reasons.append("no machine is registered")
    for view in machines:
        name = view.machine.machine_id
        if view.state is MachineState.PAUSED:
            reasons.append(f"machine {name} is paused")
        elif view.state is MachineState.UNAVAILABLE:
            because = ", ".join(view.reasons) or "left alone after a failure or a start"
            reasons.append(f"machine {name} is unavailable: {because}")
        if not view.books_loaded:
            reasons.append(f"machine {name} has no blank books")
    unknown = jobs.get(JobState.UNKNOWN_OUTCOME, 0)
    if unknown:
        reasons.append(f"{unknown} jobs have an unknown outcome: a person must look at the books")
    return reasons
