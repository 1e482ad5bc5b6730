from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from passport.matcher.v1 import encounters_pb2 as pb
from passport.matcher.v1 import encounters_pb2_grpc as stubs
from servicekit.security.development_certificates import issue_certificate
from servicekit.security.tls import TlsFiles, read_certificate_identity

REQUEST = pb.GetEncounterRequest(encounter_id="e1")
ISSUANCE = x509.UniformResourceIdentifier("spiffe://id/office/national/service/issuance")


async def answer(request: Any, context: Any) -> pb.Encounter:
    return pb.Encounter(encounter_id="e1")


async def refusal(channel: grpc.aio.Channel) -> grpc.StatusCode:
    """Status of a call that does not wait for a better connection."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await stubs.EncountersStub(channel).GetEncounter(REQUEST, timeout=20, wait_for_ready=False)
    return caught.value.code()


async def test_a_caller_without_certificate_is_refused(serve: Any, pki: Any) -> None:
    address = await serve({"GetEncounter": answer})
    authority = pki.service("issuance").authority.read_bytes()

    async with grpc.aio.secure_channel(
        address, grpc.ssl_channel_credentials(authority)
    ) as without_certificate:
        assert await refusal(without_certificate) is grpc.StatusCode.UNAVAILABLE


async def test_a_caller_without_tls_is_refused(serve: Any) -> None:
    async with grpc.aio.insecure_channel(await serve({"GetEncounter": answer})) as plain:
        assert await refusal(plain) is grpc.StatusCode.UNAVAILABLE


async def test_a_certificate_of_another_authority_is_refused(
    serve: Any, pki: Any, tmp_path: Path
) -> None:
    address = await serve({"GetEncounter": answer})
    foreign = issue_certificate(tmp_path / "foreign", office="national", service="issuance")
    posing = TlsFiles(foreign.certificate, foreign.private_key, pki.service("x").authority)

    async with grpc.aio.secure_channel(address, posing.channel_credentials()) as channel:
        assert await refusal(channel) is grpc.StatusCode.UNAVAILABLE


@pytest.mark.parametrize(
    "names",
    [
        [x509.DNSName("issuance")],
        [ISSUANCE, x509.UniformResourceIdentifier("spiffe://id/office/BJM/service/printer")],
        [x509.UniformResourceIdentifier("spiffe://id/office/national/issuance")],
        [x509.UniformResourceIdentifier("https://id/office/national/service/issuance")],
        [x509.DNSName("spiffe://id/office/national/service/issuance")],
    ],
)
async def test_a_certificate_without_exactly_one_identity_has_none(
    serve: Any, failure: Any, pki: Any, tmp_path: Path, names: list[x509.GeneralName]
) -> None:
    address = await serve({"GetEncounter": answer})
    odd = certified(pki.service("issuance"), names, tmp_path)

    # Not one of our channels: health is closed to it too, so that would wait for ever.
    async with grpc.aio.secure_channel(address, odd.channel_credentials()) as channel:
        refused = await failure(stubs.EncountersStub(channel).GetEncounter(REQUEST, timeout=20))

    assert refused.code is grpc.StatusCode.UNAUTHENTICATED
    assert refused.info.reason == "NO_IDENTITY"


def certified(sample: TlsFiles, names: list[x509.GeneralName], directory: Path) -> TlsFiles:
    """A certificate of the same authority, with these names."""
    authority = x509.load_pem_x509_certificate(sample.authority.read_bytes())
    signer = load_pem_private_key(sample.authority.with_suffix(".key").read_bytes(), None)
    assert isinstance(signer, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=True)
        .sign(signer, hashes.SHA256())
    )
    files = TlsFiles(directory / "odd.pem", directory / "odd.key", sample.authority)
    files.certificate.write_bytes(certificate.public_bytes(Encoding.PEM))
    files.private_key.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return files


async def test_a_caller_of_another_country_is_refused(serve: Any, pki: Any) -> None:
    address = await serve({"GetEncounter": answer})
    neighbour = issue_certificate(
        pki.directory, country="my", office="national", user="ali", role="administrator"
    )

    async with grpc.aio.secure_channel(address, neighbour.channel_credentials()) as channel:
        assert await refusal(channel) is grpc.StatusCode.PERMISSION_DENIED


def test_a_certificate_that_names_nobody_makes_no_server(pki: Any) -> None:
    with pytest.raises(ValueError, match="exactly one identity"):
        read_certificate_identity(pki.service("x").authority)
