"""What happens to every call before and after its method runs?

From the outside in: the outcome is logged and counted, errors become statuses, the deadline is
enforced, the caller is authenticated and authorised, load shedding accepts the call. Only then are
its messages read, so that an unauthorised caller cannot make the service hold what it sends.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from functools import partial

import grpc
import structlog

from servicekit.errors import (
    DeadlineExceeded,
    DomainError,
    InternalError,
    NoIdentity,
    NotPermitted,
)
from servicekit.grpc.call_audit import CallRecord, audited
from servicekit.grpc.error_status import to_status
from servicekit.grpc.load_shedding import LoadShedding
from servicekit.grpc.method_handlers import Context, Handler, wrap_handler
from servicekit.security.access_policy import Policy
from servicekit.security.identity import Caller, bind_caller, parse_identity
from servicekit.security.on_behalf_of import read_on_behalf_of

_log = structlog.get_logger(__name__)


class Interceptor(grpc.aio.ServerInterceptor):
    """Audits, authorises, limits and validates the calls of all methods of a server.

    country: only its services and people are authorised, whichever authority signed a certificate.
    error_domain: ErrorInfo.domain, for instance ``passport.matcher``. max_message_bytes: of a
    request or response. default_deadline: seconds for a call without a deadline; response streams
    without one are not limited.
    """

    def __init__(
        self,
        *,
        country: str,
        error_domain: str,
        policy: Policy,
        load_shedding: LoadShedding,
        max_message_bytes: int,
        default_deadline: float,
    ) -> None:
        self._country = country
        self._error_domain = error_domain
        self._policy = policy
        self._load_shedding = load_shedding
        self._max_message_bytes = max_message_bytes
        self._default_deadline = default_deadline

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
        return wrap_handler(handler, scope, self._max_message_bytes)

    @asynccontextmanager
    async def _call_scope(
        self, method: str, handler: Handler, context: Context
    ) -> AsyncIterator[None]:
        with audited(method) as call:
            try:
                async with _deadline(self._seconds_left(handler, context)):
                    call.caller = _authenticate(context)
                    metadata = context.invocation_metadata() or ()
                    call.on_behalf_of = read_on_behalf_of(call.caller, metadata)
                    self._authorise(method, call.caller)
                    with self._accept_load(method, handler), bind_caller(call.caller):
                        yield
            except DomainError as error:
                await self._abort(call, context, error)
            except grpc.aio.AbortError:
                call.code = context.code().name
                raise
            except asyncio.CancelledError:
                call.code = "CANCELLED"
                raise
            except Exception:
                _log.exception("unexpected_error", method=method)
                await self._abort(call, context, InternalError("an internal error happened"))

    def _seconds_left(self, handler: Handler, context: Context) -> float | None:
        left: float | None = context.time_remaining()
        if left is None and not handler.response_streaming:
            return self._default_deadline
        return left

    def _authorise(self, method: str, caller: Caller) -> None:
        if caller.country != self._country:
            raise NotPermitted("this is a service of another country")
        if not self._policy.allows(method, caller):
            raise NotPermitted("this caller may not call this method", method=method)

    def _accept_load(self, method: str, handler: Handler) -> AbstractContextManager[None]:
        exempt = method.startswith("grpc.")  # an overloaded server still answers health checks
        if handler.response_streaming and not handler.request_streaming:
            return self._load_shedding.stream(exempt=exempt)
        return self._load_shedding.call(exempt=exempt)

    async def _abort(self, call: CallRecord, context: Context, error: DomainError) -> None:
        call.code, call.reason = error.kind.value, error.reason
        await context.abort_with_status(to_status(error, self._error_domain))


def _authenticate(context: Context) -> Caller:
    # Not peer_identities(): it mixes URI, DNS and common names.
    names = list(context.auth_context().get("peer_spiffe_id", ()))
    if len(names) != 1:
        raise NoIdentity("the certificate must carry exactly one URI name")
    return parse_identity(names[0].decode("ascii", errors="replace"))


@asynccontextmanager
async def _deadline(seconds: float | None) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds) as scope:
            yield
    except TimeoutError:
        if scope.expired():
            raise DeadlineExceeded("the response was not ready before the deadline") from None
        raise
