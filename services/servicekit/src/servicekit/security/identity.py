"""Who is the caller? A service or a person, identified by the URI name of the certificate.

spiffe://<country>/office/<OFFICE>/service/<name>
spiffe://<country>/office/<OFFICE>/user/<user>/role/<role>

A client knows a service by a DNS name made from its identity, since gRPC compares no URI name.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from servicekit.errors import NoIdentity

NATIONAL = "national"

_WORD = "[A-Za-z0-9][A-Za-z0-9._-]*"
_URI = re.compile(
    rf"spiffe://(?P<country>[a-z]{{2}})/office/(?P<office>{_WORD})/"
    rf"(?:service/(?P<service>{_WORD})|user/(?P<user>{_WORD})/role/(?P<role>{_WORD}))"
)


@dataclass(frozen=True, slots=True)
class Caller:
    """The identity of an authenticated caller.

    uri: the whole identity. country: ISO 3166-1 alpha-2, lower case. office: its id, or
    ``national``. name: of the service or person. role: of the person, or ``service:<name>``.
    """

    uri: str
    country: str
    office: str
    name: str
    role: str
    is_service: bool

    def covers_office(self, office: str) -> bool:
        """Return whether the caller's scope includes the office: its own, or all if national."""
        return self.office in (office, NATIONAL)


def parse_identity(uri: str) -> Caller:
    """Parse an identity; raises NoIdentity for a URI that has neither of the two forms."""
    match = _URI.fullmatch(uri)
    if match is None:
        raise NoIdentity("the certificate's URI name is not an identity of this system")
    service = match["service"]
    return Caller(
        uri=uri,
        country=match["country"],
        office=match["office"],
        name=service or match["user"],
        role=f"service:{service}" if service else match["role"],
        is_service=service is not None,
    )


def server_name(service: str, office: str, country: str) -> str:
    """Return the DNS name that the certificate of this service carries, and no other's.

    For instance printer.bjm.id.passport.internal. office: its id, or ``national``.
    """
    return f"{service}.{office}.{country}.passport.internal".lower()


_caller: ContextVar[Caller] = ContextVar("caller")
_on_behalf_of: ContextVar[Caller | None] = ContextVar("on_behalf_of", default=None)


def current_caller() -> Caller:
    """Return the caller of the call being handled; raises NoIdentity outside of a call."""
    try:
        return _caller.get()
    except LookupError:
        raise NoIdentity("no call is being handled here") from None


def current_on_behalf_of() -> Caller | None:
    """Return the person for whom the calling service acts; None if it names none."""
    return _on_behalf_of.get()


@contextmanager
def bind_caller(caller: Caller, on_behalf_of: Caller | None = None) -> Iterator[Caller]:
    """Make these the results of ``current_caller`` and ``current_on_behalf_of`` in the block."""
    caller_token = _caller.set(caller)
    person_token = _on_behalf_of.set(on_behalf_of)
    try:
        yield caller
    finally:
        _on_behalf_of.reset(person_token)
        _caller.reset(caller_token)
