"""What a failed call means: away for now, or a reason."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import grpc
from google.rpc import error_details_pb2  # type: ignore[import-untyped]
from grpc_status import rpc_status

from issuance.use_cases.identify import Away


@dataclass(frozen=True, slots=True)
class Failure:
    """The reason of the other side's catalogue, the field at fault, the delay it asked for."""

    reason: str
    message: str
    field: str = ""
    retry_after: timedelta | None = None

    def away(self) -> Away:
        """As something that passes."""
        return Away(f"{self.reason}: {self.message}", self.retry_after)


def failure(error: grpc.aio.AioRpcError) -> Failure:
    """Read the details that came with an error; without any the code is the reason."""
    status = rpc_status.from_call(error)  # type: ignore[arg-type]  # has all that is asked of it
    reason, field, delay = error.code().name, "", None
    for detail in _details(status):
        if isinstance(detail, error_details_pb2.ErrorInfo):
            reason = detail.reason
        elif isinstance(detail, error_details_pb2.BadRequest) and detail.field_violations:
            field = detail.field_violations[0].field
        elif isinstance(detail, error_details_pb2.RetryInfo):
            delay = detail.retry_delay.ToTimedelta()
    return Failure(reason, error.details() or "", field, delay)


_KNOWN = (
    error_details_pb2.ErrorInfo,
    error_details_pb2.BadRequest,
    error_details_pb2.RetryInfo,
)


def _details(status: object) -> Iterator[Any]:
    for packed in getattr(status, "details", ()):
        for kind in _KNOWN:
            detail = kind()
            if packed.Unpack(detail):
                yield detail
