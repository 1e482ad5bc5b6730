"""What happens to every call before and after its method runs?

From the outside in: the outcome is logged and counted, errors become statuses, the caller is
authenticated and authorised, load shedding accepts the call, its time limit runs. Only then
are its messages read, so that an unauthorised caller cannot make the service hold what it sends.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from datetime import UTC, datetime
from functools import partial

import grpc
import structlog

from servicekit.errors import DomainError, InternalError, NotPermitted
from servicekit.grpc.call_audit import audited
from servicekit.grpc.error_status import to_status
from servicekit.grpc.load_shedding import Kind, LoadShedding
from servicekit.grpc.method_handlers import Context, Handler, wrap_handler
from servicekit.grpc.time_limits import TimeLimits
from servicekit.security.access_policy import Policy
from servicekit.security.identity import Caller, bind_caller
from servicekit.security.on_behalf_of import read_on_behalf_of
from servicekit.security.peer_certificate import check_peer_certificate, peer_identity

_log = structlog.get_logger(__name__)


class Interceptor(grpc.aio.ServerInterceptor):
    """Audits, authorises, limits and validates the calls of all methods of a server.

    country: only its services and people are authorised, whichever authority signed a certificate.
    policy: returns the present access policy. denied_serials: returns the serial numbers of the
    certificates that are refused now. error_domain: ErrorInfo.domain, for instance
    ``passport.matcher``. max_message_bytes: of a request or response.
    """

    def __init__(
        self,
        *,
        country: str,
        error_domain: str,
        policy: Callable[[], Policy],
        denied_serials: Callable[[], frozenset[int]],
        load_shedding: LoadShedding,
        time_limits: TimeLimits,
        max_message_bytes: int,
    ) -> None:
        self._country = country
        self._error_domain = error_domain
        self._policy = policy
        self._denied_serials = denied_serials
        self._load_shedding = load_shedding
        self._time_limits = time_limits
        self._max_message_bytes = max_message_bytes

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler | None:
        """Wrap the method's handler; gRPC itself answers UNIMPLEMENTED for unknown methods."""
        handler = await continuation(handler_call_details)
        if handler is None:
            return None
        method = handler_call_details.method.lstrip("/")
        scope = partial(self._call_scope, method, handler)
        return wrap_handler(
            handler,
            scope,
            max_message_bytes=self._max_message_bytes,
            max_message_wait=self._time_limits.message_wait,
        )

    @asynccontextmanager
    async def _call_scope(
        self, method: str, handler: Handler, context: Context
    ) -> AsyncIterator[None]:
        # The error is answered after the block: a client that sees it finds the call in the log.
        failure: DomainError | None = None
        with audited(method) as call:
            try:
                auth_context = context.auth_context()
                call.caller = peer_identity(auth_context)
                check_peer_certificate(auth_context, self._denied_serials(), _real_now())
                metadata = context.invocation_metadata() or ()
                call.on_behalf_of = read_on_behalf_of(call.caller, metadata)
                self._authorise(method, call.caller)
                async with self._limited(method, handler, call.caller, context):
                    with bind_caller(call.caller, call.on_behalf_of):
                        yield
            except DomainError as error:
                failure = error
            except grpc.aio.AbortError:
                call.code = context.code().name
                raise
            except asyncio.CancelledError:
                call.code = "CANCELLED"
                raise
            except Exception:
                _log.exception("unexpected_error", method=method)
                failure = InternalError("an internal error happened")
            if failure is not None:
                call.code, call.reason = failure.kind.value, failure.reason
        if failure is not None:
            await context.abort_with_status(to_status(failure, self._error_domain))

    def _authorise(self, method: str, caller: Caller) -> None:
        if caller.country != self._country:
            raise NotPermitted("this is a service of another country")
        if not self._policy().allows(method, caller):
            raise NotPermitted("this caller may not call this method", method=method)

    @asynccontextmanager
    async def _limited(
        self, method: str, handler: Handler, caller: Caller, context: Context
    ) -> AsyncIterator[None]:
        streaming = handler.request_streaming or handler.response_streaming
        kind: Kind = "stream" if streaming else "call"
        if method.startswith("grpc."):
            kind = "infrastructure"
        with self._load_shedding.slot(kind, caller):
            async with self._time_limits.enforce(streaming, context.time_remaining()):
                with self._load_shedding.ended_by_drain() if streaming else nullcontext():
                    yield


def _real_now() -> datetime:
    return datetime.now(UTC)
