"""Outbox work of which administrators let no attempt begin."""

from dataclasses import dataclass
from datetime import datetime

from servicekit.errors import DomainError, ErrorKind

from issuance.domain.outbox_task_kind import OutboxTaskKind


class WorkPaused(DomainError):
    """This kind of work is paused already, at this office or at all."""

    kind = ErrorKind.PRECONDITION
    reason = "WORK_PAUSED"


class WorkNotPaused(DomainError):
    """This kind of work has no pause of its own at this office, or at all."""

    kind = ErrorKind.PRECONDITION
    reason = "WORK_NOT_PAUSED"


@dataclass(frozen=True, slots=True)
class PausedWork:
    """A pause. office: empty for all offices. paused_at: business time."""

    kind: OutboxTaskKind
    office: str
    reason: str
    paused_by: str
    paused_at: datetime
