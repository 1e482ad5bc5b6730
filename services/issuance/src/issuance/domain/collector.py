"""Who may collect a passport: its holder, or a proxy whom the holder has named before."""

from dataclasses import dataclass
from enum import StrEnum

from servicekit.errors import DomainError, ErrorKind


class Collector(StrEnum):
    """Who collects a passport."""

    HOLDER = "holder"
    PROXY = "proxy"


@dataclass(frozen=True, slots=True)
class Proxy:
    """Who may collect a passport in place of its holder.

    identity_number: of the document that is shown. letter: where the holder's letter of authority
    is filed. appointed_by: identity of the officer who recorded it.
    """

    name: str
    identity_number: str
    letter: str
    appointed_by: str = ""


class NotTheProxy(DomainError):
    """Only the holder collects the passport, or the proxy who was appointed before."""

    kind = ErrorKind.PRECONDITION
    reason = "NOT_THE_PROXY"


def require_appointed(collector: Collector, identity_number: str, proxy: Proxy | None) -> None:
    """Raise NotTheProxy unless the holder collects, or the proxy with this identity number."""
    if collector is Collector.HOLDER:
        if identity_number:
            raise NotTheProxy("the holder collects, not a proxy", field="proxy_identity_number")
    elif proxy is None:
        raise NotTheProxy("no proxy was appointed (AppointProxy)", field="collected_by")
    elif identity_number != proxy.identity_number:
        raise NotTheProxy("another person was appointed", field="proxy_identity_number")
