"""What is recorded of each call? One audit log line and metrics, never the call's content.

The line may name the persons and records that the call was about, by their opaque ids. Work that
goes on after the answer leaves a line of its own.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

import structlog
from prometheus_client import Counter, Gauge, Histogram

from servicekit.errors import DomainError, InternalError
from servicekit.security.identity import Caller

_CALLS = Counter("grpc_server_calls", "Completed calls by status code", ["method", "code"])
_SECONDS = Histogram("grpc_server_call_seconds", "Duration of calls, seconds", ["method"])
_IN_FLIGHT = Gauge("grpc_server_calls_in_flight", "Calls in progress, streams included")

_log = structlog.get_logger("audit")

Fact = str | int | Sequence[str]
"""An opaque id, several of them, or a number: nothing that says anything about a person."""


@dataclass(slots=True)
class CallRecord:
    """The facts of one call that the audit log will state, filled in while it is handled.

    method: ``package.Service/Method``. code: name of the gRPC status code. reason: of the error
    catalogue. facts: see ``add_audit_facts``. started: ``time.monotonic()`` seconds.
    """

    method: str
    caller: Caller | None = None
    on_behalf_of: Caller | None = None
    code: str = "OK"
    reason: str | None = None
    facts: dict[str, Fact] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)


_current: ContextVar[CallRecord] = ContextVar("call_record")


def add_audit_facts(**facts: Fact) -> None:
    """State in the audit log line of the call being handled what it is about, as ``person_id``.

    Does nothing outside of a call. A call that fails afterwards is logged with these facts too.
    """
    call = _current.get(None)
    if call is not None:
        call.facts.update(facts)


@contextmanager
def audited(method: str) -> Iterator[CallRecord]:
    """Log and count one call when the block ends; the block completes the yielded record."""
    call = CallRecord(method)
    token = _current.set(call)
    _IN_FLIGHT.inc()
    try:
        yield call
    finally:
        _IN_FLIGHT.dec()
        _current.reset(token)
        _record(call)


@contextmanager
def audited_work(
    method: str,
    caller: Caller,
    on_behalf_of: Caller | None,
    is_tried_again: Callable[[Exception], bool],
    **facts: Fact,
) -> Iterator[None]:
    """Log, as event ``work``, what the block does for a caller whose call was answered before.

    method: of that call. is_tried_again: whether work that ended with such an error is done again
    later; it is logged then. facts: see ``add_audit_facts``.
    """
    work = CallRecord(method, caller, on_behalf_of, facts=facts)
    token = _current.set(work)
    try:
        yield
    except asyncio.CancelledError:
        work.code = "CANCELLED"
        _log_record("work", work)
        raise
    except Exception as error:
        if not is_tried_again(error):
            known = error if isinstance(error, DomainError) else InternalError("")
            work.code, work.reason = known.kind.value, known.reason
            _log_record("work", work)
        raise
    else:
        _log_record("work", work)
    finally:
        _current.reset(token)


def _level(call: CallRecord) -> int:
    """Return the log level of a call: supervisors ask for health all day, and get their answer."""
    is_routine = call.method.startswith("grpc.health.") and call.code in ("OK", "CANCELLED")
    return logging.DEBUG if is_routine else logging.INFO


def _record(call: CallRecord) -> None:
    _CALLS.labels(call.method, call.code).inc()
    _SECONDS.labels(call.method).observe(time.monotonic() - call.started)
    _log_record("call", call)


def _log_record(event: str, record: CallRecord) -> None:
    _log.log(
        _level(record),
        event,
        method=record.method,
        caller=record.caller.uri if record.caller else None,
        on_behalf_of=record.on_behalf_of.uri if record.on_behalf_of else None,
        code=record.code,
        reason=record.reason,
        duration_ms=round((time.monotonic() - record.started) * 1000, 1),
        **record.facts,
    )
