"""Errors that callers may see, and the catalogue of their reasons.

Whoever raises needs no gRPC: an error knows its kind and reason, and
``servicekit.grpc.error_status``
turns it into ``google.rpc.Status`` at the edge.
"""

from collections.abc import Iterator
from datetime import timedelta
from enum import Enum
from typing import ClassVar


class ErrorKind(Enum):
    """What went wrong in general; the value is the name of the gRPC status code."""

    INVALID = "INVALID_ARGUMENT"
    NOT_FOUND = "NOT_FOUND"
    ALREADY_EXISTS = "ALREADY_EXISTS"
    PRECONDITION = "FAILED_PRECONDITION"
    ABORTED = "ABORTED"
    EXHAUSTED = "RESOURCE_EXHAUSTED"
    UNAVAILABLE = "UNAVAILABLE"
    DENIED = "PERMISSION_DENIED"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    DEADLINE = "DEADLINE_EXCEEDED"
    INTERNAL = "INTERNAL"


class DomainError(Exception):
    """An error with a place in the catalogue; the first line of a subclass says what it means.

    message: for people, in the answer; must not quote the payload.
    field: path of the field at fault, as in ``samples[0].position``.
    retry_after: when the same call may succeed.
    metadata: further facts for programs, in ``ErrorInfo.metadata``.
    """

    kind: ClassVar[ErrorKind]
    reason: ClassVar[str]

    def __init__(
        self,
        message: str,
        *,
        field: str | None = None,
        retry_after: timedelta | None = None,
        **metadata: str,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.retry_after = retry_after
        self.metadata = metadata


def catalogue(root: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    """Every error class loaded that has a reason, parents first."""
    if "reason" in vars(root):
        yield root
    for child in root.__subclasses__():
        yield from catalogue(child)


class InvalidRequest(DomainError):
    """The request breaks a rule of the contract; the field is named."""

    kind = ErrorKind.INVALID
    reason = "INVALID_REQUEST"


class MessageTooLarge(DomainError):
    """The request is larger than the service accepts; send less."""

    kind = ErrorKind.EXHAUSTED
    reason = "MESSAGE_TOO_LARGE"


class AnswerTooLarge(DomainError):
    """The answer is larger than the service sends; ask for less, as with a smaller page."""

    kind = ErrorKind.EXHAUSTED
    reason = "ANSWER_TOO_LARGE"


class RequestIdReused(DomainError):
    """The request id was used before, with another content."""

    kind = ErrorKind.INVALID
    reason = "REQUEST_ID_REUSED"


class RequestInProgress(DomainError):
    """The same request is being worked on by another replica; ask again."""

    kind = ErrorKind.ABORTED
    reason = "REQUEST_IN_PROGRESS"


class StaleRevision(DomainError):
    """Somebody changed the resource since it was read; read it again."""

    kind = ErrorKind.ABORTED
    reason = "STALE_REVISION"


class NoIdentity(DomainError):
    """The caller's certificate carries no identity that we know how to read."""

    kind = ErrorKind.UNAUTHENTICATED
    reason = "NO_IDENTITY"


class NotPermitted(DomainError):
    """The caller is known and may not do this."""

    kind = ErrorKind.DENIED
    reason = "NOT_PERMITTED"


class Overloaded(DomainError):
    """The service has as much work as it takes; the same call may be made again later."""

    kind = ErrorKind.EXHAUSTED
    reason = "OVERLOADED"


class Draining(DomainError):
    """This replica is stopping; call again, another one answers."""

    kind = ErrorKind.UNAVAILABLE
    reason = "DRAINING"


class DeadlineExceeded(DomainError):
    """The caller's deadline, or the default one, passed before the answer was there."""

    kind = ErrorKind.DEADLINE
    reason = "DEADLINE_EXCEEDED"


class InternalError(DomainError):
    """A fault of ours; its details are in the service's log."""

    kind = ErrorKind.INTERNAL
    reason = "INTERNAL_ERROR"
