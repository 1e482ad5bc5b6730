"""For which person does a service call another one? A metadata header names the person.

The header informs the audit log, and the few methods that a service may call only for a person of
some role. It widens nothing: whether a call is allowed is decided by the identity of the calling
service, which is trusted to name nobody but the person whose call it is handling.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import grpc

from servicekit.errors import NoIdentity
from servicekit.security.identity import Caller, current_caller, parse_identity

_HEADER = "on-behalf-of"


class OnBehalfOfInterceptor(grpc.aio.UnaryUnaryClientInterceptor):
    """Client interceptor: adds the header to calls made while a person's call is being handled."""

    async def intercept_unary_unary(
        self,
        continuation: Callable[[grpc.aio.ClientCallDetails, Any], Awaitable[Any]],
        client_call_details: grpc.aio.ClientCallDetails,
        request: Any,
    ) -> Any:
        """Continue the call, with the header if a person's call is being handled."""
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


def read_on_behalf_of(
    service: Caller, metadata: Iterable[tuple[str, str | bytes]]
) -> Caller | None:
    """Return the person named by the header of a service's call; None if absent or invalid.

    A person of another country than the service is as invalid as another service.
    """
    if not service.is_service:
        return None
    values = [value for key, value in metadata if key == _HEADER and isinstance(value, str)]
    try:
        (person,) = map(parse_identity, values)
    except (NoIdentity, ValueError):
        return None
    return None if person.is_service or person.country != service.country else person


def _current_person() -> Caller | None:
    try:
        current = current_caller()
    except NoIdentity:
        return None
    return None if current.is_service else current
