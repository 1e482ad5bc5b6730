"""How printing is, and what keeps jobs waiting."""

from dataclasses import dataclass

from printer.domain.job import JobState
from printer.use_cases.floor import Floor
from printer.use_cases.machines import MachineState, MachineView, view_machines
from printer.use_cases.records import Records
from printer.use_cases.stock import Balance, balance


@dataclass(frozen=True, slots=True)
class Status:
    """Everything an administrator asks for at once. blocking_reasons: in words, most general first."""

    jobs: dict[JobState, int]
    machines: list[MachineView]
    books: Balance
    blocking_reasons: list[str]


async def status(records: Records, floor: Floor) -> Status:
    """How printing is now."""
    jobs = await records.jobs.count()
    machines = await view_machines(records, floor)
    return Status(jobs, machines, await balance(records), _troubles(jobs, machines))


def _troubles(jobs: dict[JobState, int], machines: list[MachineView]) -> list[str]:
    blocking_reasons = []
    if not machines:
        blocking_reasons.append("no machine is registered")
    for view in machines:
        name = view.machine.machine_id
        if view.state is MachineState.PAUSED:
            blocking_reasons.append(f"machine {name} is paused")
        elif view.state is MachineState.UNAVAILABLE:
            because = ", ".join(view.reasons) or "after a trouble or a start"
            blocking_reasons.append(f"machine {name} rests: {because}")
        if not view.books_loaded:
            blocking_reasons.append(f"machine {name} has no blank books")
    unknown = jobs.get(JobState.UNKNOWN_OUTCOME, 0)
    if unknown:
        blocking_reasons.append(
            f"{unknown} jobs have an unknown outcome: a person must look at the books"
        )
    return blocking_reasons
