import asyncio
import shutil
import ssl
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from passport.matcher.v1 import encounters_pb2 as pb
from passport.matcher.v1 import encounters_pb2_grpc as stubs
from servicekit.security.tls import TlsFiles


async def answer(request: Any, context: Any) -> pb.Encounter:
    return pb.Encounter(encounter_id="e1")


@pytest.fixture
def files(pki: Any, tmp_path: Path) -> TlsFiles:
    """The server's own files, to be changed under it."""
    return put(pki.service("matcher"), tmp_path)


def put(source: TlsFiles, directory: Path) -> TlsFiles:
    here = TlsFiles(directory / "c.pem", directory / "c.key", directory / "a.pem")
    shutil.copy(source.certificate, here.certificate)
    shutil.copy(source.private_key, here.private_key)
    shutil.copy(source.authority, here.authority)
    return here


def serial(certificate: bytes) -> int:
    return x509.load_pem_x509_certificate(certificate).serial_number


async def serial_shown(address: str, tls: TlsFiles) -> int:
    """Serial number of the certificate that a new connection is shown."""
    context = ssl.create_default_context(cafile=tls.authority)
    context.load_cert_chain(tls.certificate, tls.private_key)
    context.set_alpn_protocols(["h2"])
    host, _, port = address.rpartition(":")
    _, writer = await asyncio.open_connection(host, int(port), ssl=context)
    shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    return x509.load_der_x509_certificate(shown).serial_number


async def test_new_connections_get_the_new_certificate_and_open_ones_continue(
    serve: Any, connect: Any, pki: Any, files: TlsFiles
) -> None:
    address = await serve(
        {"GetEncounter": answer}, certificate=files.certificate, private_key=files.private_key
    )
    client = pki.service("issuance")
    stub = stubs.EncountersStub(connect(address, client))
    await stub.GetEncounter(pb.GetEncounterRequest(encounter_id="e1"), timeout=20)
    old = await serial_shown(address, client)

    put(pki.service("matcher"), files.certificate.parent)

    new = await serial_shown(address, client)
    assert new == serial(files.certificate.read_bytes()) != old
    await stub.GetEncounter(pb.GetEncounterRequest(encounter_id="e1"), timeout=20)


@pytest.mark.parametrize("content", [b"", b"nonsense", "another's key"])
async def test_files_that_do_not_match_leave_the_previous_ones_in_use(
    serve: Any, pki: Any, files: TlsFiles, content: bytes | str
) -> None:
    address = await serve(
        {}, certificate=files.certificate, private_key=files.private_key, authority=files.authority
    )
    client = pki.service("issuance")
    old = await serial_shown(address, client)

    spoiled = content if isinstance(content, bytes) else client.private_key.read_bytes()
    files.private_key.write_bytes(spoiled)
    assert await serial_shown(address, client) == old
    files.private_key.unlink()
    assert await serial_shown(address, client) == old

    put(pki.service("matcher"), files.certificate.parent)
    assert await serial_shown(address, client) == serial(files.certificate.read_bytes())
