"""Who calls: names of services and people, as their certificates carry them.

spiffe://<country>/office/<OFFICE>/service/<name>
spiffe://<country>/office/<OFFICE>/user/<user>/role/<role>
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
    """An authenticated caller.

    country: ISO 3166-1 alpha-2, lower case. office: its id, or ``national``.
    name: of the service or of the person. role: of the person, or ``service:<name>``.
    """

    uri: str
    country: str
    office: str
    name: str
    role: str
    is_service: bool

    def may_act_for(self, office: str) -> bool:
        """Whether the scope of this caller includes the office."""
        return self.office in (office, NATIONAL)


def parse(uri: str) -> Caller:
    """Read an identity; raises NoIdentity for anything that is not exactly one of the two forms."""
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


_caller: ContextVar[Caller] = ContextVar("caller")


def caller() -> Caller:
    """The current call's caller; raises NoIdentity outside a call."""
    try:
        return _caller.get()
    except LookupError:
        raise NoIdentity("there is no call here, hence no caller") from None


@contextmanager
def acting_as(someone: Caller) -> Iterator[Caller]:
    """Make ``someone`` the caller within the block."""
    token = _caller.set(someone)
    try:
        yield someone
    finally:
        _caller.reset(token)
