"""State of printing in the office, and what keeps jobs waiting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from printer.domain.attempt import Attempt, AttemptOutcome
from printer.domain.job_transitions import JobState
from printer.domain.machine import MachineState
from printer.domain.maintenance import MaintenanceWindow, current_window
from printer.domain.two_persons import Proposal, job_of
from printer.store.records import Records
from printer.use_cases.machine_monitor import MachineMonitor
from printer.use_cases.machines import MachineView, view_machines
from printer.use_cases.stock import BookBalance, book_balance

# More than ever wait in an office.
_MOST_PENDING = 1000
_FOUND: dict[AttemptOutcome | None, str] = {
    AttemptOutcome.NOT_PRINTED: "blank",
    AttemptOutcome.SPOILED: "spoiled",
    AttemptOutcome.LOST: "lost",
}


@dataclass(frozen=True, slots=True)
class PrintingStatus:
    """State of printing in an office, for administrators.

    jobs: number in each state, states without jobs missing. blocking_reasons: what keeps jobs
    waiting, in words, most general first. pending: what a second person has to confirm, oldest
    first.
    """

    jobs: dict[JobState, int]
    machines: list[MachineView]
    books: BookBalance
    blocking_reasons: list[str]
    pending: list[Proposal]


async def printing_status(
    records: Records, monitor: MachineMonitor, now: datetime
) -> PrintingStatus:
    """Return jobs by state, machines, books, and what keeps jobs waiting; now: business time."""
    jobs = await records.jobs.count_by_state()
    machines = await view_machines(records, monitor, now)
    pending = await records.proposals.pending(now, _MOST_PENDING)
    reasons = [
        *await _restore_reasons(records, pending),
        *(_second_book(attempt) for attempt in await records.attempts.printed_after_all()),
        *_blocking_reasons(jobs, machines, now),
        *(_unconfirmed(proposal, now) for proposal in pending if job_of(proposal.subject)),
    ]
    return PrintingStatus(jobs, machines, await book_balance(records), reasons, pending)


async def _restore_reasons(records: Records, pending: Sequence[Proposal]) -> list[str]:
    restore = await records.restores.unreleased()
    if restore is None:
        return []
    proposed = (each.waiting_for for each in pending if each.subject == restore.subject)
    next_step = next(proposed, "two persons to release it")
    return [f"paused after a restore of the database ({restore.reason}); waits for {next_step}"]


def _blocking_reasons(
    jobs: dict[JobState, int], machines: list[MachineView], now: datetime
) -> list[str]:
    reasons = []
    if not machines:
        reasons.append("no machine is registered")
    for view in machines:
        name = view.machine.machine_id
        if view.state is MachineState.PAUSED:
            reasons.append(f"machine {name} is paused")
        elif view.state is MachineState.MAINTENANCE:
            reasons.append(f"machine {name} has {_maintenance(view.maintenance, now)}")
        elif view.state is MachineState.UNAVAILABLE:
            because = ", ".join(view.reasons) or "left alone after a failure or a start"
            reasons.append(f"machine {name} is unavailable: {because}")
        if not view.books_loaded:
            reasons.append(f"machine {name} has no blank books")
    unknown = jobs.get(JobState.UNKNOWN_OUTCOME, 0)
    if unknown:
        reasons.append(f"{unknown} jobs have an unknown outcome: a person must look at the books")
    held = jobs.get(JobState.HELD, 0)
    if held:
        reasons.append(f"{held} jobs are held: two persons must release them, or one cancel them")
    return reasons


def _maintenance(windows: Sequence[MaintenanceWindow], now: datetime) -> str:
    window = current_window(windows, now) or windows[0]
    times = f"from {window.starts_at:%Y-%m-%d %H:%M} until {window.ends_at:%Y-%m-%d %H:%M} UTC"
    return f"maintenance {times}: {window.reason}"


def _unconfirmed(proposal: Proposal, now: datetime) -> str:
    hours, minutes = divmod(int((now - proposal.by.at).total_seconds()) // 60, 60)
    return (
        f"job {job_of(proposal.subject)} has waited {hours} h {minutes} min for "
        f"{proposal.waiting_for}"
    )


def _second_book(attempt: Attempt) -> str:
    found = _FOUND.get(attempt.outcome, "")
    return (
        f"machine {attempt.machine_id} printed book {attempt.book_serial} although it was found "
        f"{found}: it must be found and spoiled"
    )
