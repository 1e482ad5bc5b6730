import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from passport.matcher.v1 import encounters_pb2 as pb
from passport.matcher.v1 import encounters_pb2_grpc as stubs
from passport.printer.v1 import jobs_pb2, jobs_pb2_grpc
from servicekit.security.tls import TlsFiles

REQUEST = pb.GetEncounterRequest(encounter_id="e1")


@pytest.fixture
def files(pki: Any, tmp_path: Path) -> TlsFiles:
    """The client's own files, to be changed under it."""
    files = TlsFiles(tmp_path / "c.pem", tmp_path / "c.key", tmp_path / "a.pem")
    put(pki.service("issuance"), files)
    return files


def put(source: TlsFiles, files: TlsFiles) -> None:
    for new, path in zip(source.paths, files.paths, strict=True):
        shutil.copy(new, path)


def serial_of(context: Any) -> int:
    (pem,) = context.auth_context()["x509_pem_cert"]
    return x509.load_pem_x509_certificate(pem).serial_number


def serial_in(tls: TlsFiles) -> int:
    return x509.load_pem_x509_certificate(tls.certificate.read_bytes()).serial_number


async def test_calls_after_a_renewal_present_the_new_certificate(
    serve: Any, connect: Any, pki: Any, files: TlsFiles
) -> None:
    seen: list[int] = []

    async def note(request: Any, context: Any) -> pb.Encounter:
        seen.append(serial_of(context))
        return pb.Encounter(encounter_id="e1")

    stub = stubs.EncountersStub(connect(await serve({"GetEncounter": note}), files))
    old = serial_in(files)
    await stub.GetEncounter(REQUEST, timeout=20)

    files.private_key.write_bytes(b"nonsense")
    await stub.GetEncounter(REQUEST, timeout=20)
    put(pki.service("issuance"), files)
    await stub.GetEncounter(REQUEST, timeout=20)

    assert seen == [old, old, serial_in(files)]
    assert old != serial_in(files)


async def test_a_stream_goes_on_while_the_certificate_is_renewed(
    serve: Any, connect: Any, pki: Any, files: TlsFiles
) -> None:
    renewed = asyncio.Event()

    async def answer(request: Any, context: Any) -> pb.Encounter:
        return pb.Encounter(encounter_id="e1")

    async def watch(request: Any, context: Any) -> AsyncIterator[jobs_pb2.PrintJobEvent]:
        yield jobs_pb2.PrintJobEvent(resume_token="1")
        await renewed.wait()
        yield jobs_pb2.PrintJobEvent(resume_token="2")

    channel = connect(await serve({"GetEncounter": answer, "WatchPrintJobs": watch}), files)
    watching = jobs_pb2_grpc.PrintJobsStub(channel).WatchPrintJobs(
        jobs_pb2.WatchPrintJobsRequest(), timeout=60
    )
    events = aiter(watching)
    await anext(events)

    put(pki.service("issuance"), files)
    await stubs.EncountersStub(channel).GetEncounter(REQUEST, timeout=20)
    renewed.set()

    assert [event.resume_token async for event in events] == ["2"]
