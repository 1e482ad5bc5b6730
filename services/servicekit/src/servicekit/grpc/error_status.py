"""How does a domain error look on the wire? As a google.rpc.Status with details (AIP-193)."""

from collections.abc import Sequence

import grpc
from google.protobuf.duration_pb2 import Duration
from google.rpc import (  # type: ignore[import-untyped]  # its stubs lack the py.typed marker
    code_pb2,
    error_details_pb2,
    status_pb2,
)
from grpc_status import rpc_status

from servicekit.errors import DomainError, FieldViolation


def to_status(error: DomainError, domain: str) -> grpc.Status:
    """Return `to_message` as the status of a call."""
    return rpc_status.to_status(to_message(error, domain))


def to_message(error: DomainError, domain: str) -> status_pb2.Status:
    """Return a google.rpc.Status with ErrorInfo; BadRequest for fields, RetryInfo for a delay.

    domain: ErrorInfo.domain, which makes the reason unique, for instance ``passport.matcher``.
    """
    status = status_pb2.Status(code=code_pb2.Code.Value(error.kind.value), message=error.message)
    status.details.add().Pack(
        error_details_pb2.ErrorInfo(reason=error.reason, domain=domain, metadata=error.metadata)
    )
    violations = [
        error_details_pb2.BadRequest.FieldViolation(
            field=violation.field, description=violation.description, reason=violation.reason
        )
        for violation in _violations(error)
    ]
    if violations:
        status.details.add().Pack(error_details_pb2.BadRequest(field_violations=violations))
    if error.retry_after is not None:
        delay = Duration()
        delay.FromTimedelta(error.retry_after)
        status.details.add().Pack(error_details_pb2.RetryInfo(retry_delay=delay))
    return status


def _violations(error: DomainError) -> Sequence[FieldViolation]:
    if error.violations or error.field is None:
        return error.violations
    return [FieldViolation(error.field, error.message, error.reason)]
