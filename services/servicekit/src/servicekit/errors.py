"""Which errors can callers see? The subclasses of DomainError, each with a kind and a reason.

They are raised without any use of gRPC; ``servicekit.grpc.error_status`` turns them into a
``google.rpc.Status`` at the edge.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """What is wrong with one field. description: for people. reason: a code, for programs."""

    field: str
    description: str
    reason: str


class DomainError(Exception):
    """An error of the catalogue; the docstring's first line of a subclass is its description there.

    message: for people, sent to the caller; must not quote the payload.
    field: path of the field at fault, for instance ``samples[0].position``.
    violations: what is wrong with fields, where there is more to say than `field` and `message` do.
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
        violations: Sequence[FieldViolation] = (),
        retry_after: timedelta | None = None,
        **metadata: str,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.violations = violations
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
    """Earlier versions answered this while another replica worked on it; now its response comes."""

    # Within a service it still rolls back what another replica has completed meanwhile.

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


class CertificateExpired(DomainError):
    """The caller's certificate expired since its connection was opened; connect with a new one."""

    kind = ErrorKind.UNAUTHENTICATED
    reason = "CERTIFICATE_EXPIRED"


class CertificateDenied(DomainError):
    """The caller's certificate was withdrawn before its expiry; ask for another one."""

    kind = ErrorKind.UNAUTHENTICATED
    reason = "CERTIFICATE_DENIED"


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


class StreamExpired(DomainError):
    """The stream lasted as long as a stream may; call again to resume it."""

    kind = ErrorKind.UNAVAILABLE
    reason = "STREAM_EXPIRED"


class DatabaseFailure(DomainError):
    """The database cannot carry out what the call needs; nothing was changed."""

    kind = ErrorKind.UNAVAILABLE


class StorageFull(DatabaseFailure):
    """The disk of the database is full; nothing is stored until an administrator makes room."""

    reason = "STORAGE_FULL"


class DatabaseBusy(DatabaseFailure):
    """The database is locked, or serves as many others as it can; repeat the call later."""

    reason = "DATABASE_BUSY"


class DatabaseUnavailable(DatabaseFailure):
    """The database cannot be reached or not be written; repeat the call later."""

    reason = "DATABASE_UNAVAILABLE"


class DeadlineExceeded(DomainError):
    """The caller's deadline, or the latest that the service accepts, passed before the response."""

    kind = ErrorKind.DEADLINE
    reason = "DEADLINE_EXCEEDED"


class MessageNotReceived(DomainError):
    """The request, or the next message of a request stream, did not arrive in time."""

    kind = ErrorKind.DEADLINE
    reason = "MESSAGE_NOT_RECEIVED"


class InternalError(DomainError):
    """An unexpected fault of the service; its details are in the service's log."""

    kind = ErrorKind.INTERNAL
    reason = "INTERNAL_ERROR"


def own_copy(error: Exception) -> Exception:
    """Return an error for one of several callers: whoever raises it adds to its traceback."""
    if not isinstance(error, DomainError):
        return error
    # Not by `copy`, which calls the class with the message: some take other arguments.
    own = type(error).__new__(type(error), *error.args)
    vars(own).update(vars(error))
    own.__cause__ = error
    return own
