"""Which machine takes the next job: the one that would finish it first."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MachineCapacity:
    """How soon a machine can work, how fast and how long; all in seconds.

    seconds_until_idle: 0 if it is idle now. seconds_per_book: time that one book takes.
    seconds_until_maintenance: it takes no book that would not be finished by then.
    """

    machine_id: str
    seconds_until_idle: float
    seconds_per_book: float
    seconds_until_maintenance: float = math.inf

    def finishes_in_time(self, after: float) -> bool:
        """Return whether a book begun after so many seconds is finished before the maintenance."""
        return after + self.seconds_per_book <= self.seconds_until_maintenance


def select_machines(queued_jobs: int, machines: list[MachineCapacity]) -> list[str]:
    """Return the ids of the machines that take a job now, the first of them the first job.

    Assigns the `queued_jobs` in order of the queue, each to the machine that would finish it first
    (list scheduling by earliest completion time; ties by id). Only assignments to machines that
    are idle now are returned, at most one a machine; a slow idle machine stays idle while faster
    ones would finish the whole queue sooner.
    """
    finish = {m.machine_id: m.seconds_until_idle for m in machines}
    idle = {m.machine_id for m in machines if m.seconds_until_idle == 0}
    selected: list[str] = []
    for _ in range(queued_jobs):
        in_time = [m for m in machines if m.finishes_in_time(finish[m.machine_id])]
        if not idle or not in_time:
            break
        best = min(in_time, key=lambda m: (finish[m.machine_id] + m.seconds_per_book, m.machine_id))
        finish[best.machine_id] += best.seconds_per_book
        if best.machine_id in idle:
            idle.discard(best.machine_id)
            selected.append(best.machine_id)
    return selected
