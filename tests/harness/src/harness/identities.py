"""Everybody who calls a service, each with a certificate of their own."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import grpc
from servicekit.grpc.client_channel import open_channel
from servicekit.security.development_certificates import issue_certificate
from servicekit.security.tls import TlsFiles

OFFICE = "BJM"
NATIONAL = "national"


@dataclass(frozen=True, slots=True)
class Identity:
    """An identity: a person with a role, or a service where role is empty."""

    office: str
    name: str
    role: str = ""


REGISTRY = Identity(NATIONAL, "registry")
FRONTDESK = Identity(OFFICE, "frontdesk")
OFFICERS = (Identity(OFFICE, "siti", "officer"), Identity(OFFICE, "rahmat", "officer"))
SUPERVISOR = Identity(OFFICE, "hayati", "supervisor")
EXAMINERS = tuple(Identity(NATIONAL, name, "examiner") for name in ("dewi", "fauzi", "ratna"))
OPERATORS = tuple(Identity(OFFICE, name, "operator") for name in ("yusuf", "maryam"))
ADMINISTRATOR = Identity(NATIONAL, "ani", "administrator")


@dataclass(slots=True)
class ClientChannels:
    """Channels by service and identity; addresses: host:port by service."""

    pki: Path
    addresses: Mapping[str, str]
    _tls: dict[Identity, TlsFiles] = field(default_factory=dict)
    _channels: dict[tuple[str, Identity], grpc.aio.Channel] = field(default_factory=dict)

    def tls(self, who: Identity) -> TlsFiles:
        """The files of an identity, made on first use."""
        if who not in self._tls:
            self._tls[who] = (
                issue_certificate(self.pki, office=who.office, user=who.name, role=who.role)
                if who.role
                else issue_certificate(self.pki, office=who.office, service=who.name)
            )
        return self._tls[who]

    def channel(self, service: str, who: Identity) -> grpc.aio.Channel:
        """A channel to a service as somebody, kept until ``close``."""
        key = (service, who)
        if key not in self._channels:
            self._channels[key] = open_channel(self.addresses[service], self.tls(who))
        return self._channels[key]

    async def close(self) -> None:
        """Close all channels."""
        channels = list(self._channels.values())
        self._channels.clear()
        await asyncio.gather(*(one.close() for one in channels))
