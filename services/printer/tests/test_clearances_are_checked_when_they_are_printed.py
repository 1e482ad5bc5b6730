import asyncio
from datetime import UTC, datetime, timedelta

import grpc
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from passport.printer.v1 import admin_pb2, jobs_pb2

from .office import Office, reason
from .signed_clearances import Issuance, a_payload, request_id


async def _put_key(
    office: Office, issuance: Issuance, *, trusted: bool = True, user: str = "siti"
) -> admin_pb2.PutTrustedKeyResponse:
    key = issuance.key.public_key()
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    request = admin_pb2.PutTrustedKeyRequest(
        request_id=request_id(), kid=issuance.kid, public_key_pem=pem if trusted else ""
    )
    answer = await office.call("PrinterAdmin", "PutTrustedKey", request, "administrator", user)
    assert isinstance(answer, admin_pb2.PutTrustedKeyResponse)
    return answer


async def _revoke(office: Office, **which: str) -> admin_pb2.RevokeClearanceResponse:
    request = admin_pb2.RevokeClearanceRequest(
        request_id=request_id(), reason="withdrawn at the counter", **which
    )
    answer = await office.call("PrinterAdmin", "RevokeClearance", request, "service:issuance")
    assert isinstance(answer, admin_pb2.RevokeClearanceResponse)
    return answer


async def test_one_that_expired_or_was_revoked_while_it_waited_fails(office: Office) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=8)
    expired = await office.print("X0000001", exp=int(soon.timestamp()))
    revoked = await office.print("X0000002")
    by_number = await office.print("X0000003", jti="the-third")
    good = await office.print("X0000004")
    await _revoke(office, document_number="X0000002")
    answer = await _revoke(office, clearance_id="the-third")

    await asyncio.sleep((soon - datetime.now(UTC)).total_seconds())
    await office.machine(books=2, books_per_minute=600.0)

    assert [job.document_number for job in answer.jobs] == ["X0000003"]
    assert "expired" in (await office.until(expired.job_id, "FAILED")).state_reason
    for job in (revoked, by_number):
        failed = await office.until(job.job_id, "FAILED")
        assert failed.state_reason == "the clearance was revoked: withdrawn at the counter"
    await office.until(good.job_id, "QUALITY_CHECK")
    assert len(office.machines["M1"].ledger) == 1


async def test_one_whose_key_was_withdrawn_is_held(office: Office) -> None:
    job = await office.print()
    await _put_key(office, office.issuance, trusted=False)

    await office.machine(books=1)

    held = await office.until(job.job_id, "HELD")
    assert "the signing key is not trusted here" in held.state_reason
    assert office.machines["M1"].ledger == []


async def test_a_new_key_is_trusted_at_once_and_after_a_restart(office: Office) -> None:
    new = Issuance(kid="2019")
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await office.job_call(
            "CreatePrintJob", new.order(a_payload("X0000001")), "service:issuance"
        )
    proposed = await _put_key(office, new, user="siti")
    done = await _put_key(office, new, user="budi")

    await office.job_call("CreatePrintJob", new.order(a_payload("X0000002")), "service:issuance")
    await office.restart()
    await office.job_call("CreatePrintJob", new.order(a_payload("X0000003")), "service:issuance")

    assert reason(refusal.value)[0] == "CLEARANCE_UNKNOWN_KEY"
    assert (proposed.HasField("proposal"), done.HasField("proposal")) == (True, False)
    listed = await office.call(
        "PrinterAdmin", "ListTrustedKeys", admin_pb2.ListTrustedKeysRequest()
    )
    assert [(key.kid, key.HasField("trusted_at")) for key in listed.keys] == [
        (office.issuance.kid, False), ("2019", True),
    ]  # fmt: skip
    assert "user/budi" in listed.keys[1].trusted_by
    assert "user/siti" in listed.keys[1].proposed_by


async def test_one_revoked_before_it_arrives_is_refused(office: Office) -> None:
    released_at = datetime.now(UTC).timestamp()
    await _revoke(office, document_number="X0000001")

    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await office.print("X0000001", released_at=released_at)
    again = await office.print("X0000001")

    assert reason(refusal.value)[0] == "CLEARANCE_REVOKED"
    assert again.state == jobs_pb2.PRINT_JOB_STATE_QUEUED


@pytest.mark.parametrize("which", [{}, {"clearance_id": "c", "document_number": "X1"}])
async def test_a_revocation_names_one_of_both(office: Office, which: dict[str, str]) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await _revoke(office, **which)

    assert reason(refusal.value) == ("INVALID_REQUEST", "clearance_id")
