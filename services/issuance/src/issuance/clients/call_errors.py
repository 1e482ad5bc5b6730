"""What a failed call to another service means: a reason, and whether it may pass."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import grpc
from google.rpc import error_details_pb2  # type: ignore[import-untyped]
from grpc_status import rpc_status

from issuance.use_cases.ports import Unavailable


@dataclass(frozen=True, slots=True)
class CallError:
    """Reason from the other service's catalogue, field at fault, and requested delay, if any."""

    reason: str
    message: str
    field: str = ""
    retry_after: timedelta | None = None

    def as_unavailable(self) -> Unavailable:
        """Return the error as one that may pass."""
        return Unavailable(f"{self.reason}: {self.message}", self.retry_after)


def read_call_error(error: grpc.aio.AioRpcError) -> CallError:
    """Return the details of an error; without details the status code is the reason."""
    status = rpc_status.from_call(error)  # type: ignore[arg-type]  # has what is needed
    reason, field, delay = error.code().name, "", None
    for detail in _details(status):
        if isinstance(detail, error_details_pb2.ErrorInfo):
            reason = detail.reason
        elif isinstance(detail, error_details_pb2.BadRequest) and detail.field_violations:
            field = detail.field_violations[0].field
        elif isinstance(detail, error_details_pb2.RetryInfo):
            delay = detail.retry_delay.ToTimedelta()
    return CallError(reason, error.details() or "", field, delay)


_DETAIL_TYPES = (
    error_details_pb2.ErrorInfo,
    error_details_pb2.BadRequest,
    error_details_pb2.RetryInfo,
)


def _details(status: object) -> Iterator[Any]:
    for packed in getattr(status, "details", ()):
        for detail_type in _DETAIL_TYPES:
            detail = detail_type()
            if packed.Unpack(detail):
                yield detail
