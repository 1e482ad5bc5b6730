"""Which errors can callers see? The subclasses of DomainError, each with a kind and a reason.

They are raised without any use of gRPC; ``servicekit.grpc.error_status`` turns them into a
``google.rpc.Status`` at the edge.
"""

from collections.abc import Iterator
from datetime import timedelta
from enum import Enum
from typing import ClassVar


class ErrorKind(Enum):
    """The general kind of an error; the value is the name of its gRPC status code."""

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
    """An error of the catalogue; the docstring's first line of a subclass is its description there.

    message: for people, sent to the caller; must not quote the payload.
    field: path of the field at fault, for instance ``samples[0].position``.
    retry_after: after how long the same call may succeed.
    metadata: further facts for programs, sent as ``ErrorInfo.metadata``.
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


def error_catalogue(root: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    """Yield every imported subclass of ``root`` that has a reason of its own, parents first."""
    if "reason" in vars(root):
        yield root
    for child in root.__subclasses__():
        yield from error_catalogue(child)


class InvalidRequest(DomainError):
    """The request breaks a rule of the contract; the field is named."""

    kind = ErrorKind.INVALID
    reason = "INVALID_REQUEST"


class RequestTooLarge(DomainError):
    """The request is larger than the service accepts; send less."""

    kind = ErrorKind.EXHAUSTED
    reason = "REQUEST_TOO_LARGE"


class ResponseTooLarge(DomainError):
    """The response is larger than the service sends; ask for less, for instance a smaller page."""

    kind = ErrorKind.EXHAUSTED
    reason = "RESPONSE_TOO_LARGE"


class RequestIdReused(DomainError):
    """The request id was used before, with different content."""

    kind = ErrorKind.INVALID
    reason = "REQUEST_ID_REUSED"


class RequestInProgress(DomainError):
    """The same request is in progress in another replica; repeat it later."""

    kind = ErrorKind.ABORTED
    reason = "REQUEST_IN_PROGRESS"


class StaleRevision(DomainError):
    """Somebody changed the resource since it was read; read it again."""

    kind = ErrorKind.ABORTED
    reason = "STALE_REVISION"


class NoIdentity(DomainError):
    """The caller's certificate carries no identity of this system."""

    kind = ErrorKind.UNAUTHENTICATED
    reason = "NO_IDENTITY"


class NotPermitted(DomainError):
    """The caller is authenticated but may not do this."""

    kind = ErrorKind.DENIED
    reason = "NOT_PERMITTED"


class Overloaded(DomainError):
    """The service has as much work as it accepts; repeat the call later."""

    kind = ErrorKind.EXHAUSTED
    reason = "OVERLOADED"


class Draining(DomainError):
    """This replica is stopping; repeat the call, another replica answers."""

    kind = ErrorKind.UNAVAILABLE
    reason = "DRAINING"


class DeadlineExceeded(DomainError):
    """The caller's deadline, or the default one, passed before the response was ready."""

    kind = ErrorKind.DEADLINE
    reason = "DEADLINE_EXCEEDED"


class InternalError(DomainError):
    """An unexpected fault of the service; its details are in the service's log."""

    kind = ErrorKind.INTERNAL
    reason = "INTERNAL_ERROR"
