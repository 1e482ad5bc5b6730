"""Every method of the running services, called with every identity: the policy holds."""

import asyncio
from pathlib import Path
from typing import Any

import grpc
import pytest
from harness.country import Country
from harness.identities import (
    ADMINISTRATOR,
    EXAMINERS,
    FRONTDESK,
    NATIONAL,
    OFFICE,
    OFFICERS,
    OPERATORS,
    REGISTRY,
    SUPERVISOR,
    Identity,
)
from harness.patient_calls import reason
from servicekit.security.access_policy import Policy
from servicekit.security.identity import Caller, parse_identity

from .contracts import Rpc, rpcs

pytestmark = pytest.mark.asyncio(loop_scope="session")

POLICY = Policy.load(Path(__file__).parents[2] / "deploy/policy/policy.toml")
CITIZEN = Identity(OFFICE, "budi", "citizen")
SERVICES = tuple(Identity(NATIONAL, name) for name in ("issuance", "matcher", "printer"))
PERSONS = (OFFICERS[0], SUPERVISOR, EXAMINERS[0], OPERATORS[0], ADMINISTRATOR, CITIZEN)
ALL_IDENTITIES = (*PERSONS, FRONTDESK, REGISTRY, *SERVICES)
CONTRACTS = {
    name: [rpc for rpc in rpcs() if f".{name}." in rpc.service]
    for name in ("matcher", "issuance", "printer")
}
INFRASTRUCTURE_METHODS = (
    "grpc.health.v1.Health/Check",
    "grpc.health.v1.Health/List",
    "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
)


def caller(identity: Identity) -> Caller:
    path = (
        f"user/{identity.name}/role/{identity.role}"
        if identity.role
        else f"service/{identity.name}"
    )
    return parse_identity(f"spiffe://id/office/{identity.office}/{path}")


async def refused(
    country: Country, service: str, method: str, identity: Identity, streams: bool
) -> bool:
    """Return whether the policy refused an empty request; any other response shows it did not."""
    channel: Any = country.clients.channel(service, identity)
    try:
        if streams:
            async for _ in channel.unary_stream(f"/{method}")(b"", timeout=1):
                break
        else:
            await channel.unary_unary(f"/{method}")(b"", timeout=20)
    except grpc.aio.AioRpcError as error:
        return reason(error) == "NOT_PERMITTED"
    return False


@pytest.mark.parametrize("service", CONTRACTS)
async def test_a_method_is_allowed_exactly_where_the_policy_allows_it(
    country: Country, service: str
) -> None:
    def call(rpc: Rpc, identity: Identity) -> "asyncio.Future[bool]":
        streams = rpc.descriptor.server_streaming
        return asyncio.ensure_future(refused(country, service, rpc.name, identity, streams))

    for identity in ALL_IDENTITIES:
        answers = await asyncio.gather(*(call(rpc, identity) for rpc in CONTRACTS[service]))

        found = {rpc.name for rpc, no in zip(CONTRACTS[service], answers, strict=True) if not no}
        meant = {
            rpc.name for rpc in CONTRACTS[service] if POLICY.allows(rpc.name, caller(identity))
        }
        assert found == meant, identity


@pytest.mark.parametrize("service", CONTRACTS)
@pytest.mark.parametrize("method", INFRASTRUCTURE_METHODS)
async def test_the_policy_holds_for_health_and_reflection_too(
    country: Country, service: str, method: str
) -> None:
    for identity in ALL_IDENTITIES:
        streams = method.endswith("Info")

        assert await refused(country, service, method, identity, streams) != POLICY.allows(
            method, caller(identity)
        ), identity


async def test_a_call_without_a_certificate_is_refused(country: Country) -> None:
    credentials = grpc.ssl_channel_credentials((country.layout.pki / "authority.pem").read_bytes())
    channel: Any
    async with grpc.aio.secure_channel(country.addresses["matcher"], credentials) as channel:
        with pytest.raises(grpc.aio.AioRpcError) as refusal:
            await channel.unary_unary("/grpc.health.v1.Health/Check")(b"", timeout=20)

    assert refusal.value.code() == grpc.StatusCode.UNAVAILABLE
