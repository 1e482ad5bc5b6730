"""One line in the audit log and one count in the metrics for each call; never its content."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import structlog
from prometheus_client import Counter, Gauge, Histogram, start_http_server

from servicekit.security.identity import Caller

_CALLS = Counter("grpc_server_calls", "Calls answered", ["method", "outcome"])
_SECONDS = Histogram("grpc_server_call_seconds", "Time until the answer, seconds", ["method"])
_IN_FLIGHT = Gauge("grpc_server_calls_in_flight", "Calls being worked on")

_log = structlog.get_logger("audit")


@dataclass(slots=True)
class CallRecord:
    """What is known of a call so far. outcome: ``OK`` or the name of its status code."""

    method: str
    caller: Caller | None = None
    on_behalf_of: Caller | None = None
    outcome: str = "OK"
    reason: str | None = None
    started: float = field(default_factory=time.monotonic)


@contextmanager
def audited(method: str) -> Iterator[CallRecord]:
    """Log and count the call that the block answers."""
    call = CallRecord(method)
    _IN_FLIGHT.inc()
    try:
        yield call
    finally:
        _IN_FLIGHT.dec()
        _record(call, time.monotonic() - call.started)


def _record(call: CallRecord, seconds: float) -> None:
    _CALLS.labels(call.method, call.outcome).inc()
    _SECONDS.labels(call.method).observe(seconds)
    _log.info(
        "call",
        method=call.method,
        caller=call.caller.uri if call.caller else None,
        on_behalf_of=call.on_behalf_of.uri if call.on_behalf_of else None,
        outcome=call.outcome,
        reason=call.reason,
        ms=round(seconds * 1000, 1),
    )


def serve_metrics(address: str) -> None:
    """Serve the metrics at http://<host:port>/metrics until the process ends."""
    host, _, port = address.rpartition(":")
    start_http_server(int(port), host)
