import asyncio
import ssl
from pathlib import Path

import aiohttp
import pytest
from printer.domain.printer_client import CertificateChanged, RequestNotDelivered
from printer.ipp.client import IppPrinterClient
from servicekit.security.development_certificates import issue_certificate

from .test_any_machine_keeps_the_contract import a_submission


@pytest.mark.parametrize(
    ("pin", "error"), [(b"p" * 32, CertificateChanged), (None, RequestNotDelivered)]
)
async def test_a_server_with_another_certificate_receives_nothing(
    tmp_path: Path, pin: bytes | None, error: type[RequestNotDelivered]
) -> None:
    received: list[bytes] = []
    ended = asyncio.Event()

    async def record(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append(await reader.read())
        writer.close()
        ended.set()

    tls = issue_certificate(tmp_path, office="BJM", service="machine-m1")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tls.certificate, tls.private_key)
    server = await asyncio.start_server(record, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    async with server, aiohttp.ClientSession() as session:
        client = IppPrinterClient(session, f"ipps://127.0.0.1:{port}/ipp/print", 60.0, pin)
        with pytest.raises(error):
            await client.send_document(1, a_submission())
        if pin is not None:  # with the pin the handshake succeeds, and the server sees its end
            await asyncio.wait_for(ended.wait(), 60.0)

    assert b"".join(received) == b""
