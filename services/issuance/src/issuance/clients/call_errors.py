"""What a failed call to another service means: a reason, and whether it may pass."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import grpc
from google.rpc import error_details_pb2  # type: ignore[import-untyped]
from grpc_status import rpc_status

from issuance.domain.retry_policy import LONGEST_DELAY
from issuance.use_cases.ports import Unavailable, Unreachable


@dataclass(frozen=True, slots=True)
class CallError:
    """Reason from the other service's catalogue, field at fault, and requested delay, if any.

    retry_after: LONGEST_DELAY at most. job: id of the print job that the error names; empty if it
    names none.
    """

    reason: str
    message: str
    field: str = ""
    retry_after: timedelta | None = None
    is_answer: bool = True
    """Whether the other service said so; False: nothing came back from it."""
    job: str = ""

    def as_unavailable(self) -> Unavailable:
        """Return the error as one that may pass."""
        problem = f"{self.reason}: {self.message}"
        return Unavailable(problem, self.retry_after) if self.is_answer else Unreachable(problem)


def read_call_error(error: grpc.aio.AioRpcError) -> CallError:
    """Return the details of an error; without details the status code is the reason."""
    status = rpc_status.from_call(error)  # type: ignore[arg-type]  # has what is needed
    reason, field, delay, job = error.code().name, "", None, ""
    is_answer = error.code() not in _WITHOUT_ANSWER
    for detail in _details(status):
        if isinstance(detail, error_details_pb2.ErrorInfo):
            reason, is_answer = detail.reason, True
            job = detail.metadata.get("job_id", "")
        elif isinstance(detail, error_details_pb2.BadRequest) and detail.field_violations:
            field = detail.field_violations[0].field
        elif isinstance(detail, error_details_pb2.RetryInfo):
            delay = min(detail.retry_delay.ToTimedelta(), LONGEST_DELAY)
    return CallError(reason, error.details() or "", field, delay, is_answer, job)


_WITHOUT_ANSWER = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED})
"""Codes that gRPC itself gives for a service that cannot be reached or does not answer."""
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
