"""What is recorded of each call? One audit log line and metrics, never the call's content."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import structlog
from prometheus_client import Counter, Gauge, Histogram, start_http_server

from servicekit.security.identity import Caller

_CALLS = Counter("grpc_server_calls", "Completed calls by status code", ["method", "code"])
_SECONDS = Histogram("grpc_server_call_seconds", "Duration of calls, seconds", ["method"])
_IN_FLIGHT = Gauge("grpc_server_calls_in_flight", "Calls in progress, streams included")

_log = structlog.get_logger("audit")


@dataclass(slots=True)
class CallRecord:
    """The facts of one call that the audit log will state, filled in while it is handled.

    method: ``package.Service/Method``. code: name of the gRPC status code. reason: of the error
    catalogue. started: ``time.monotonic()`` seconds.
    """

    method: str
    caller: Caller | None = None
    on_behalf_of: Caller | None = None
    code: str = "OK"
    reason: str | None = None
    started: float = field(default_factory=time.monotonic)


@contextmanager
def audited(method: str) -> Iterator[CallRecord]:
    """Log and count one call when the block ends; the block completes the yielded record."""
    call = CallRecord(method)
    _IN_FLIGHT.inc()
    try:
        yield call
    finally:
        _IN_FLIGHT.dec()
        _record(call, time.monotonic() - call.started)


def _record(call: CallRecord, seconds: float) -> None:
    _CALLS.labels(call.method, call.code).inc()
    _SECONDS.labels(call.method).observe(seconds)
    _log.info(
        "call",
        method=call.method,
        caller=call.caller.uri if call.caller else None,
        on_behalf_of=call.on_behalf_of.uri if call.on_behalf_of else None,
        code=call.code,
        reason=call.reason,
        duration_ms=round(seconds * 1000, 1),
    )


def serve_metrics(address: str) -> None:
    """Serve Prometheus metrics at http://<address>/metrics, address being host:port.

    Runs in a thread of its own until the process ends.
    """
    host, _, port = address.rpartition(":")
    start_http_server(int(port), host)
