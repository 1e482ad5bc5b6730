"""What is an operation: work that a caller starts, and whose result it fetches later?"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum


class LeaseLost(Exception):
    """Another replica took the operation over, since this one gave no sign of life."""


class OperationState(IntEnum):
    """What an operation is doing; the numbers are those of the contract."""

    WAITING = 1
    RUNNING = 2
    SUCCEEDED = 3
    FAILED = 4
    CANCELLED = 5

    @property
    def is_finished(self) -> bool:
        """Whether it has a response or an error and never changes again."""
        return self not in (OperationState.WAITING, OperationState.RUNNING)


ReportProgress = Callable[[float], Awaitable[None]]
"""Takes note of what share of some work is done, 0 to 1."""


def progress_of_part(report_progress: ReportProgress, number: int, parts: int) -> ReportProgress:
    """Return what takes note of a part of some work, the parts being done one after the other.

    number: of the part, from 0.
    """

    async def report(share: float) -> None:
        await report_progress((number + share) / parts)

    return report


LEASE = timedelta(seconds=6)
"""Time after which another replica takes over the operations of one that gave no sign of life."""
LONGEST_PAUSE = timedelta(minutes=1)
"""How long an operation that must wait is left alone at most."""
LEASE_RENEWAL = timedelta(seconds=1)
"""How often a replica renews its leases, and learns which of its operations are to be cancelled."""


@dataclass(frozen=True, slots=True)
class OperationOrigin:
    """Who started an operation, by which method and for which office.

    method: ``package.Service/Method``. caller, on_behalf_of: URIs of certificates. office_id: of
    the encounter to be enrolled, else of the person for whom the caller acted, else of the caller.
    """

    method: str
    caller: str
    on_behalf_of: str | None
    office_id: str


@dataclass(frozen=True, slots=True)
class OperationScope:
    """Which operations somebody sees: those of one caller, of one office, or all.

    caller: URI of the only one; None for any. office_id: of the only office; None for any.
    """

    caller: str | None = None
    office_id: str | None = None

    def covers(self, origin: OperationOrigin) -> bool:
        """Return whether operations of this origin are seen."""
        return self.caller in (None, origin.caller) and self.office_id in (None, origin.office_id)


@dataclass(frozen=True, slots=True)
class NewOperation:
    """An operation to be started.

    request: the serialized request. priority: 1, first, to 9. replica: the only one that can do
    it; None if every replica can.
    """

    operation_id: str
    origin: OperationOrigin
    request: bytes
    priority: int
    replica: str | None = None


@dataclass(frozen=True, slots=True)
class OpenOperations:
    """How many operations wait or run, and how many bytes their stored requests take."""

    count: int
    request_bytes: int


@dataclass(frozen=True, slots=True)
class OperationLimits:
    """What may be open at once: how many operations, and how many bytes of requests.

    One caller may have half of each, so that there is room for others.
    """

    count: int
    request_bytes: int

    def allow(
        self, request_bytes: int, open_now: OpenOperations, of_caller: OpenOperations
    ) -> bool:
        """Return whether one more operation may be open. of_caller: the caller's among the open."""
        share = OperationLimits(max(1, self.count // 2), self.request_bytes // 2)
        return self._leaves_room(request_bytes, open_now) and share._leaves_room(
            request_bytes, of_caller
        )

    def _leaves_room(self, request_bytes: int, open_now: OpenOperations) -> bool:
        return (
            open_now.count < self.count
            and open_now.request_bytes + request_bytes <= self.request_bytes
        )


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation as it is stored, without its request.

    since: when its state last changed; real time, as is created_at. progress: share done, 0 to 1.
    waiting_for: in words. result: the serialized response of a succeeded operation, or
    google.rpc.Status of a failed or cancelled one.
    """

    operation_id: str
    origin: OperationOrigin
    state: OperationState
    since: datetime
    created_at: datetime
    progress: float
    waiting_for: str
    result: bytes | None


@dataclass(frozen=True, slots=True)
class LeasedOperation:
    """An operation that a replica works on.

    request: None if what is stored of it is damaged. replica: the one whose lease must still hold.
    """

    operation_id: str
    origin: OperationOrigin
    request: bytes | None
    replica: str

    def require_lease(self, rows_changed: int) -> None:
        """Raise LeaseLost if a statement restricted to this lease has changed nothing."""
        if rows_changed == 0:
            raise LeaseLost("another replica works on this operation now")
