"""Which machine takes the next job: the one that would finish it first."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Capacity:
    """A machine that can work: seconds until it is free (0 if it is now), seconds for a book."""

    machine_id: str
    busy_seconds: float
    book_seconds: float


def takers(waiting: int, machines: list[Capacity]) -> list[str]:
    """Machines that should take a job now, in order of the queue; each at most one.

    Deals the `waiting` jobs, in order, to whichever machine would finish each first (least
    finishing time, ties by id). Those dealt a job that it can begin now take it; a slow idle
    machine is left idle only when the fast ones would finish the whole queue sooner.
    """
    finish = {m.machine_id: m.busy_seconds for m in machines}
    idle = {m.machine_id for m in machines if m.busy_seconds == 0}
    dealt: list[str] = []
    for _ in range(waiting):
        if not idle:
            break
        best = min(machines, key=lambda m: (finish[m.machine_id] + m.book_seconds, m.machine_id))
        finish[best.machine_id] += best.book_seconds
        if best.machine_id in idle:
            idle.discard(best.machine_id)
            dealt.append(best.machine_id)
    return dealt
