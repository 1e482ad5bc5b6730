"""Every method of every running service, called by everybody: open exactly where the table says."""

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
    OPERATOR,
    REGISTRY,
    SUPERVISOR,
    Identity,
)
from harness.patient_calls import reason
from servicekit.security.identity import Caller, parse_identity
from servicekit.security.policy import Policy

from .contracts import Rpc, rpcs

pytestmark = pytest.mark.asyncio(loop_scope="session")

POLICY = Policy.load(Path(__file__).parents[2] / "deploy/policy/policy.toml")
CITIZEN = Identity(OFFICE, "budi", "citizen")
SERVICES = tuple(Identity(NATIONAL, name) for name in ("issuance", "matcher", "printer"))
PERSONS = (OFFICERS[0], SUPERVISOR, EXAMINERS[0], OPERATOR, ADMINISTRATOR, CITIZEN)
EVERYBODY = (*PERSONS, FRONTDESK, REGISTRY, *SERVICES)
CONTRACTS = {
    name: [rpc for rpc in rpcs() if f".{name}." in rpc.service]
    for name in ("matcher", "issuance", "printer")
}
SYSTEM = (
    "grpc.health.v1.Health/Check",
    "grpc.health.v1.Health/List",
    "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
)


def caller(who: Identity) -> Caller:
    path = f"user/{who.name}/role/{who.role}" if who.role else f"service/{who.name}"
    return parse_identity(f"spiffe://id/office/{who.office}/{path}")


async def refused(
    country: Country, service: str, method: str, who: Identity, streams: bool
) -> bool:
    """Whether the policy refused an empty request; any other answer means that it was let in."""
    line: Any = country.clients.channel(service, who)
    try:
        if streams:
            async for _ in line.unary_stream(f"/{method}")(b"", timeout=1):
                break
        else:
            await line.unary_unary(f"/{method}")(b"", timeout=20)
    except grpc.aio.AioRpcError as error:
        return reason(error) == "NOT_PERMITTED"
    return False


@pytest.mark.parametrize("service", CONTRACTS)
async def test_a_method_is_open_exactly_where_the_table_says(
    country: Country, service: str
) -> None:
    def called(rpc: Rpc, who: Identity) -> "asyncio.Future[bool]":
        streams = rpc.descriptor.server_streaming
        return asyncio.ensure_future(refused(country, service, rpc.name, who, streams))

    for who in EVERYBODY:
        answers = await asyncio.gather(*(called(rpc, who) for rpc in CONTRACTS[service]))

        found = {rpc.name for rpc, no in zip(CONTRACTS[service], answers, strict=True) if not no}
        meant = {rpc.name for rpc in CONTRACTS[service] if POLICY.allows(rpc.name, caller(who))}
        assert found == meant, who


@pytest.mark.parametrize("service", CONTRACTS)
@pytest.mark.parametrize("method", SYSTEM)
async def test_health_and_reflection_are_in_the_table_too(
    country: Country, service: str, method: str
) -> None:
    for who in EVERYBODY:
        streams = method.endswith("Info")

        assert await refused(country, service, method, who, streams) != POLICY.allows(
            method, caller(who)
        ), who


async def test_nobody_calls_without_a_certificate(country: Country) -> None:
    credentials = grpc.ssl_channel_credentials((country.layout.pki / "authority.pem").read_bytes())
    line: Any
    async with grpc.aio.secure_channel(country.addresses["matcher"], credentials) as line:
        with pytest.raises(grpc.aio.AioRpcError) as refusal:
            await line.unary_unary("/grpc.health.v1.Health/Check")(b"", timeout=5)

    assert refusal.value.code() == grpc.StatusCode.UNAVAILABLE
