"""Which offices' tasks come next: those that are most urgent, and among them in turns by office."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from issuance.domain.collection_plan import HEAD_START, PriorityClass


@dataclass(frozen=True, slots=True)
class NextTask:
    """The task that an office would have done next. queued_from, queue_number: as of OutboxTask."""

    id: str
    office: str
    priority_class: PriorityClass
    queued_from: datetime
    queue_number: int

    @property
    def created_at(self) -> datetime:
        """When it was recorded."""
        return self.queued_from + HEAD_START[self.priority_class]

    def urgency(self, now: datetime) -> PriorityClass:
        """Return the highest class of which a task that is recorded now would not come before it.

        That is its own class, or a higher one after it has waited for their head start.
        """
        return min(
            priority_class
            for priority_class, head_start in HEAD_START.items()
            if self.queued_from <= now - head_start
        )


@dataclass(slots=True)
class OfficeRotation:
    """Remembers when each office had its last turn, so that no office's queue starves another's.

    Among tasks of the same urgency that office goes first whose last turn is longest ago; among
    those that had none, the one whose task has waited longest.
    """

    _turns: int = 0
    _last_turn: dict[str, int] = field(default_factory=dict)

    def choose(self, tasks: Iterable[NextTask], limit: int) -> Sequence[NextTask]:
        """Return up to `limit` of the tasks, at most one of each office, and count their turns."""
        waiting = list(tasks)
        newest = max((task.created_at for task in waiting), default=datetime.max)
        chosen = sorted(waiting, key=lambda task: self._position(task, newest))[:limit]
        for task in chosen:
            self._turns += 1
            self._last_turn[task.office] = self._turns
        return chosen

    def _position(self, task: NextTask, now: datetime) -> tuple[PriorityClass, int, datetime, int]:
        last_turn = self._last_turn.get(task.office, 0)
        return task.urgency(now), last_turn, task.queued_from, task.queue_number
