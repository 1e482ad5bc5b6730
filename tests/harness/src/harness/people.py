"""Everybody who calls a service, each with a certificate of their own."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import grpc
from servicekit.grpc.client_channel import TlsFiles, open_channel
from servicekit.security.development_certificates import issue_certificate

OFFICE = "BJM"
NATIONAL = "national"


@dataclass(frozen=True, slots=True)
class Who:
    """An identity: a person with a role, or a service where role is empty."""

    office: str
    name: str
    role: str = ""


REGISTRY = Who(NATIONAL, "registry")
FRONTDESK = Who(OFFICE, "frontdesk")
OFFICERS = (Who(OFFICE, "siti", "officer"), Who(OFFICE, "rahmat", "officer"))
SUPERVISOR = Who(OFFICE, "hayati", "supervisor")
EXAMINERS = tuple(Who(NATIONAL, name, "examiner") for name in ("dewi", "fauzi", "ratna"))
OPERATOR = Who(OFFICE, "yusuf", "operator")
ADMINISTRATOR = Who(NATIONAL, "ani", "administrator")


@dataclass(slots=True)
class People:
    """Channels by service and identity; addresses: host:port by service."""

    pki: Path
    addresses: Mapping[str, str]
    _tls: dict[Who, TlsFiles] = field(default_factory=dict)
    _channels: dict[tuple[str, Who], grpc.aio.Channel] = field(default_factory=dict)

    def tls(self, who: Who) -> TlsFiles:
        """The files of an identity, made on first use."""
        if who not in self._tls:
            self._tls[who] = (
                issue_certificate(self.pki, office=who.office, user=who.name, role=who.role)
                if who.role
                else issue_certificate(self.pki, office=who.office, service=who.name)
            )
        return self._tls[who]

    def channel(self, service: str, who: Who) -> grpc.aio.Channel:
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
