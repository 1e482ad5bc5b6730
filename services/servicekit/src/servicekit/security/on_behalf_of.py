"""A service that acts for a person says so in its onward calls, and the audit keeps both.

This grants nothing: what may be called is decided by the calling service's own identity.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import grpc

from servicekit.errors import NoIdentity
from servicekit.security.identity import Caller, caller, parse

_HEADER = "on-behalf-of"


class OnBehalfOf(grpc.aio.UnaryUnaryClientInterceptor):
    """Names the person whose call is being answered in each call made meanwhile."""

    async def intercept_unary_unary(
        self,
        continuation: Callable[[grpc.aio.ClientCallDetails, Any], Awaitable[Any]],
        client_call_details: grpc.aio.ClientCallDetails,
        request: Any,
    ) -> Any:
        """Send the call on, with the person's name if there is one."""
        details = client_call_details
        person = _current_person()
        if person is not None:
            details = grpc.aio.ClientCallDetails(
                details.method,
                details.timeout,
                grpc.aio.Metadata(*(details.metadata or ()), (_HEADER, person.uri)),
                details.credentials,
                getattr(details, "wait_for_ready", None),
            )
        return await continuation(details, request)


def person_acted_for(service: Caller, metadata: Iterable[tuple[str, str | bytes]]) -> Caller | None:
    """The person a service says it acts for; None if nobody, or if the caller is no service."""
    if not service.is_service:
        return None
    named = [value for key, value in metadata if key == _HEADER and isinstance(value, str)]
    try:
        (person,) = map(parse, named)
    except (NoIdentity, ValueError):
        return None
    return None if person.is_service else person


def _current_person() -> Caller | None:
    try:
        current = caller()
    except NoIdentity:
        return None
    return None if current.is_service else current
