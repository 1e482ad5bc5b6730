"""How does a domain error look on the wire? As a google.rpc.Status with details (AIP-193)."""

import grpc
from google.protobuf.duration_pb2 import Duration
from google.rpc import (  # type: ignore[import-untyped]  # its stubs lack the py.typed marker
    code_pb2,
    error_details_pb2,
    status_pb2,
)
from grpc_status import rpc_status

from servicekit.errors import DomainError


def to_status(error: DomainError, domain: str) -> grpc.Status:
    """Return a status with ErrorInfo, with BadRequest if a field and RetryInfo if a delay is known.

    domain: ErrorInfo.domain, which makes the reason unique, for instance ``passport.matcher``.
    """
    status = status_pb2.Status(code=code_pb2.Code.Value(error.kind.value), message=error.message)
    status.details.add().Pack(
        error_details_pb2.ErrorInfo(reason=error.reason, domain=domain, metadata=error.metadata)
    )
    if error.field is not None:
        violation = error_details_pb2.BadRequest.FieldViolation(
            field=error.field, description=error.message, reason=error.reason
        )
        status.details.add().Pack(error_details_pb2.BadRequest(field_violations=[violation]))
    if error.retry_after is not None:
        delay = Duration()
        delay.FromTimedelta(error.retry_after)
        status.details.add().Pack(error_details_pb2.RetryInfo(retry_delay=delay))
    return rpc_status.to_status(status)
