"""May a machine be registered at this address? Decided before anything is sent there."""

from asyncio import get_running_loop
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from socket import SOCK_STREAM, gaierror
from urllib.parse import urlsplit

from servicekit.errors import InvalidRequest

from printer.domain.errors import MachineAddressNotAllowed, MachineUnreachable

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


async def resolve_host(host: str) -> list[Address]:
    """Return all addresses of a host name or a literal address; raise OSError if it has none."""
    found = await get_running_loop().getaddrinfo(host, None, type=SOCK_STREAM)
    return [ip_address(str(address[0])) for *_, address in found]


class MachineAddressCheck:
    """Refuses addresses at which no machine may be registered.

    networks: those in which every address of the machine's host must lie.
    """

    def __init__(
        self,
        networks: Sequence[Network],
        resolve: Callable[[str], Awaitable[list[Address]]] = resolve_host,
    ) -> None:
        self._networks = networks
        self._resolve = resolve

    async def __call__(self, uri: str, certificate_sha256: bytes | None) -> None:
        """Raise unless a machine may be registered at `uri` with this certificate.

        Raises InvalidRequest for what is no such address, for a certificate that is missing or has
        no use, and for ipp:// to another host than this; MachineAddressNotAllowed;
        MachineUnreachable for a host name without an address.
        """
        scheme, host = _scheme_and_host(uri)
        _require_certificate(scheme, certificate_sha256)
        addresses = [_plain(address) for address in await self._addresses(host)]
        for address in addresses:
            if address.is_link_local or not any(address in net for net in self._networks):
                raise MachineAddressNotAllowed(f"{address} is not allowed", field="uri")
        if scheme == "ipp" and not all(address.is_loopback for address in addresses):
            raise InvalidRequest("ipp:// only on the service's own host; use ipps://", field="uri")

    async def _addresses(self, host: str) -> list[Address]:
        try:
            return await self._resolve(host)
        except gaierror as error:
            raise MachineUnreachable(f"{host} has no address: {error}", field="uri") from error
        except ValueError:  # a label that is empty or too long
            raise InvalidRequest(f"{host} is no host name", field="uri") from None


def _scheme_and_host(uri: str) -> tuple[str, str]:
    try:
        parts = urlsplit(uri)
        usable = parts.scheme in ("ipp", "ipps") and parts.username is None and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not parts.hostname:
        raise InvalidRequest("write ipps://<host:port>/<path>", field="uri")
    return parts.scheme, parts.hostname


def _require_certificate(scheme: str, certificate_sha256: bytes | None) -> None:
    if scheme == "ipps" and certificate_sha256 is None:
        raise InvalidRequest("ipps:// needs the certificate", field="certificate_sha256")
    if scheme == "ipp" and certificate_sha256 is not None:
        raise InvalidRequest("ipp:// has no certificate", field="certificate_sha256")


def _plain(address: Address) -> Address:
    # ::ffff:169.254.169.254 reaches the same host as 169.254.169.254.
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
