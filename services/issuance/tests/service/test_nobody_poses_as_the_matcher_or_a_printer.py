"""Fingerprints and passports go to the services that are meant, whoever is at their address."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from passport.issuance.v1 import offices_pb2, outages_pb2
from servicekit.security.development_certificates import issue_certificate

from .country import Country
from .simulated_matcher import SimulatedMatcher
from .simulated_printer import SimulatedPrinter

PRINTING = outages_pb2.OUTAGE_SCOPE_PRINTING


async def test_another_offices_printer_gets_no_passport(country: Country) -> None:
    key = load_pem_private_key((country.folder / "clearance.pem").read_bytes(), None)
    assert isinstance(key, Ed25519PrivateKey)
    of_jakarta = SimulatedPrinter(country.pki, "JKT", key.public_key())  # type: ignore[abstract]
    await of_jakarta.start()
    try:
        move = offices_pb2.PutOfficeRequest(office="BJM", printer=of_jakarta.address)
        await country.administrator("PutOffice", move)

        async def is_outage() -> bool:
            return PRINTING in [outage.scope for outage in await country.outages()]

        await country.until(is_outage)  # it is seen, and not taken for the office's printer

        assert not of_jakarta.jobs
    finally:
        await of_jakarta.stop()


async def test_another_service_gets_no_fingerprints(country: Country) -> None:
    await country.matcher_fails()
    impostor = SimulatedMatcher(country.pki)  # type: ignore[abstract]
    impostor.certified(issue_certificate(country.pki, service="registry", office="national"))
    impostor.address = country.matcher.address
    await impostor.start()

    id = (await country.applies()).application_id
    assert await country.state(id) == "IDENTIFYING"

    await impostor.stop()
    await country.matcher_returns()
    await country.reaches(id, "AWAITING_APPROVAL")
    assert not impostor.asked_about
