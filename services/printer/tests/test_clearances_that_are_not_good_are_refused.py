from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import grpc
import jwt
import pytest
from passport.printer.v1 import jobs_pb2 as jobs

from .office import Office, reason
from .signed_clearances import Issuance, a_payload, request_id


async def _refusal(office: Office, order: jobs.CreatePrintJobRequest) -> tuple[str, str]:
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await office.job_call("CreatePrintJob", order, "service:issuance")
    listed = await office.call("PrintJobs", "ListPrintJobs", jobs.ListPrintJobsRequest())
    assert not listed.jobs
    return reason(refusal.value)


def _order(payload: bytes, token: str) -> jobs.CreatePrintJobRequest:
    return jobs.CreatePrintJobRequest(request_id=request_id(), clearance=token, payload=payload)


async def test_each_for_its_own_reason(office: Office) -> None:
    payload, good = a_payload(), office.issuance
    claims = good.claims(payload)
    an_hour_ago = int((datetime.now(UTC) - timedelta(hours=1)).timestamp())
    unsigned = jwt.encode(claims, "", algorithm="none", headers={"kid": good.kid})
    symmetric = jwt.encode(claims, "x" * 64, algorithm="HS256", headers={"kid": good.kid})
    cases: list[tuple[str, str]] = [
        ("not a token", "BAD_CLEARANCE"),
        (unsigned, "BAD_CLEARANCE"),
        (symmetric, "BAD_CLEARANCE"),
        (good.sign({k: v for k, v in claims.items() if k != "jti"}), "BAD_CLEARANCE"),
        (good.sign(claims | {"office": ""}), "BAD_CLEARANCE"),
        (good.sign(claims | {"exp": "soon"}), "BAD_CLEARANCE"),
        (good.sign(claims | {"exp": 10**400}), "BAD_CLEARANCE"),
        (good.sign(claims | {"exp": float("nan")}), "BAD_CLEARANCE"),
        (good.sign(claims | {"jti": ["a", "b"]}), "BAD_CLEARANCE"),
        (good.sign(claims, kid=f"../keys/{good.kid}"), "CLEARANCE_UNKNOWN_KEY"),
        (good.sign(claims, kid="2017"), "CLEARANCE_UNKNOWN_KEY"),
        (Issuance().sign(claims), "CLEARANCE_BAD_SIGNATURE"),
        (good.sign(claims)[:-4] + "AAAA", "CLEARANCE_BAD_SIGNATURE"),
        (good.sign(claims | {"office": "MTP"}), "CLEARANCE_WRONG_OFFICE"),
        (good.sign(claims | {"exp": an_hour_ago}), "CLEARANCE_EXPIRED"),
        (good.sign(claims | {"payload_sha256": "0" * 64}), "CLEARANCE_PAYLOAD_MISMATCH"),
        (good.sign(claims | {"document_number": "X9"}), "CLEARANCE_PAYLOAD_MISMATCH"),
    ]

    answers = [await _refusal(office, _order(payload, token)) for token, _ in cases]

    assert [answer for answer, _ in answers] == [expected for _, expected in cases]


async def test_a_used_clearance_makes_no_second_job(office: Office) -> None:
    payload = a_payload()
    order = office.issuance.order(payload)
    first = await office.job_call("CreatePrintJob", order, "service:issuance")

    again = await office.job_call("CreatePrintJob", order, "service:issuance")
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await office.job_call(
            "CreatePrintJob", _order(payload, order.clearance), "service:issuance"
        )

    assert again == first
    assert reason(refusal.value)[0] == "CLEARANCE_USED"


async def test_a_second_clearance_makes_no_second_book_of_one_passport(office: Office) -> None:
    first = await office.print("X0000001")

    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await office.print("X0000001")

    assert reason(refusal.value)[0] == "DOCUMENT_ALREADY_CLEARED"
    listed = await office.call("PrintJobs", "ListPrintJobs", jobs.ListPrintJobsRequest())
    assert [job.job_id for job in listed.jobs] == [first.job_id]


async def test_a_cancelled_job_blocks_no_new_clearance(office: Office) -> None:
    for _ in range(2):
        given_up = await office.print("X0000001")
        await office.job_call(
            "CancelPrintJob",
            jobs.CancelPrintJobRequest(
                request_id=request_id(), job_id=given_up.job_id, reason="moved"
            ),
        )

    assert (await office.print("X0000001")).state == jobs.PRINT_JOB_STATE_QUEUED


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"holder": {"name": {"primary": "Иван"}}}, "payload.holder.name.primary"),
        ({"holder": {"birth_place": "東京"}}, "payload.holder.birth_place"),
        ({"expires_on": {"year": 2018, "month": 2, "day": 30}}, "payload.expires_on"),
        ({"expires_on": {"year": 2018, "month": 10, "day": 1}}, "payload.expires_on"),
        ({"document_code": "V"}, "payload.document_code"),
        ({"holder": {"name": {"primary": "' - '"}}}, "payload.holder.name.primary"),
        ({"holder": {"nationality": "ZZZ"}}, "payload.holder.nationality"),
    ],
)
async def test_a_payload_that_makes_no_page_is_refused_by_field(
    office: Office, changes: dict[str, Any], field: str
) -> None:
    order = office.issuance.order(a_payload(**changes))

    assert await _refusal(office, order) == ("BAD_PAYLOAD", field)


async def test_a_payload_that_is_no_message_is_refused(office: Office) -> None:
    payload = b"\xff\xff\xff"
    token = office.issuance.sign(
        office.issuance.claims(a_payload()) | {"payload_sha256": sha256(payload).hexdigest()}
    )

    assert await _refusal(office, _order(payload, token)) == ("BAD_PAYLOAD", "payload")
