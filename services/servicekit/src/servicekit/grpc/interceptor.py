"""What happens to every call before and after its handler.

From the outside in: the outcome is logged and counted, errors become statuses, the deadline runs,
the caller is identified and checked against the policy, the call is admitted. Only then its
messages are read, so nobody without a right can make the service hold what he sends.
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
from servicekit.grpc.method_handlers import Context, Handler, guarded
from servicekit.security.identity import Caller, acting_as, parse
from servicekit.security.on_behalf_of import person_acted_for
from servicekit.security.policy import Policy

_log = structlog.get_logger(__name__)


class Interceptor(grpc.aio.ServerInterceptor):
    """Guards all methods of a server.

    country: whose services and people are let in, whatever other authorities may be accepted.
    domain: of the errors, as in ``passport.matcher``. max_message_bytes: of a request.
    default_deadline: seconds for a call that brings none; streams of answers may then go on.
    """

    def __init__(
        self,
        *,
        country: str,
        domain: str,
        policy: Policy,
        admission: LoadShedding,
        max_message_bytes: int,
        default_deadline: float,
    ) -> None:
        self._country = country
        self._domain = domain
        self._policy = policy
        self._admission = admission
        self._max_message_bytes = max_message_bytes
        self._default_deadline = default_deadline

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler | None:
        """Put the guard around the method's handler; gRPC itself refuses unknown methods."""
        handler = await continuation(handler_call_details)
        if handler is None:
            return None
        method = handler_call_details.method.lstrip("/")
        guard = partial(self._guard, method, handler)
        return guarded(handler, guard, self._max_message_bytes)

    @asynccontextmanager
    async def _guard(self, method: str, handler: Handler, context: Context) -> AsyncIterator[None]:
        with audited(method) as call:
            try:
                async with _deadline(self._seconds(handler, context)):
                    call.caller = _identify(context)
                    metadata = context.invocation_metadata() or ()
                    call.on_behalf_of = person_acted_for(call.caller, metadata)
                    self._check_right(method, call.caller)
                    with self._place(method, handler), acting_as(call.caller):
                        yield
            except DomainError as error:
                await self._refuse(call, context, error)
            except grpc.aio.AbortError:
                call.outcome = context.code().name
                raise
            except asyncio.CancelledError:
                call.outcome = "CANCELLED"
                raise
            except Exception:
                _log.exception("unexpected_error", method=method)
                await self._refuse(call, context, InternalError("an internal error happened"))

    def _seconds(self, handler: Handler, context: Context) -> float | None:
        left: float | None = context.time_remaining()
        if left is None and not handler.response_streaming:
            return self._default_deadline
        return left

    def _check_right(self, method: str, caller: Caller) -> None:
        if caller.country != self._country:
            raise NotPermitted("this is a service of another country")
        if not self._policy.allows(method, caller):
            raise NotPermitted("this caller may not call this method", method=method)

    def _place(self, method: str, handler: Handler) -> AbstractContextManager[None]:
        always = method.startswith("grpc.")  # an overloaded server must still say that it is well
        if handler.response_streaming and not handler.request_streaming:
            return self._admission.stream(always=always)
        return self._admission.call(always=always)

    async def _refuse(self, call: CallRecord, context: Context, error: DomainError) -> None:
        call.outcome, call.reason = error.kind.value, error.reason
        await context.abort_with_status(to_status(error, self._domain))


def _identify(context: Context) -> Caller:
    # Not peer_identities(): that mixes URI, DNS and common names of whatever kind.
    names = list(context.auth_context().get("peer_spiffe_id", ()))
    if len(names) != 1:
        raise NoIdentity("the certificate must carry exactly one URI name")
    return parse(names[0].decode("ascii", errors="replace"))


@asynccontextmanager
async def _deadline(seconds: float | None) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds) as scope:
            yield
    except TimeoutError:
        if scope.expired():
            raise DeadlineExceeded("the answer was not ready in time") from None
        raise
