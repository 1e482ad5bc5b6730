from typing import Any

import grpc
import pytest
from passport.matcher.v1 import encounters_pb2 as pb
from passport.matcher.v1 import encounters_pb2_grpc as stubs
from passport.printer.v1 import jobs_pb2, jobs_pb2_grpc
from passport.type.v1 import biometrics_pb2
from servicekit.errors import InvalidRequest
from servicekit.grpc.message_checks import validate


async def unreachable(request: Any, context: Any) -> Any:
    raise AssertionError("an invalid request reached its handler")


async def test_a_broken_rule_names_its_field(serve: Any, connect: Any, failure: Any) -> None:
    address = await serve({"DeleteEncounter": unreachable})
    stub = stubs.EncountersStub(connect(address))

    request = pb.DeleteEncounterRequest(request_id="request-1", encounter_id="")
    refused = await failure(stub.DeleteEncounter(request, timeout=20))

    assert refused.code is grpc.StatusCode.INVALID_ARGUMENT
    assert refused.info.reason == "INVALID_REQUEST"
    assert refused.info.domain == "passport.matcher"
    assert refused.fields == ["encounter_id"]


async def test_streams_are_validated_too(serve: Any, connect: Any, failure: Any) -> None:
    address = await serve({"WatchPrintJobs": unreachable})
    stub = jobs_pb2_grpc.PrintJobsStub(connect(address))

    watch = stub.WatchPrintJobs(jobs_pb2.WatchPrintJobsRequest(resume_token="x" * 65), timeout=20)
    refused = await failure(anext(aiter(watch)))

    assert refused.info.reason == "INVALID_REQUEST"
    assert refused.fields == ["resume_token"]


async def test_bytes_that_are_no_message_are_refused(
    serve: Any, connect: Any, failure: Any
) -> None:
    address = await serve({"DeleteEncounter": unreachable})
    call = connect(address).unary_unary("/passport.matcher.v1.Encounters/DeleteEncounter")

    refused = await failure(call(b"\xff\xff\xff", timeout=20))

    assert refused.code is grpc.StatusCode.INVALID_ARGUMENT
    assert refused.info.reason == "INVALID_REQUEST"


def test_a_field_within_a_list_is_named_with_its_place() -> None:
    request = pb.CreateEncounterRequest(
        request_id="request-1",
        encounter_id="e1",
        person_id="p1",
        samples=[
            biometrics_pb2.FingerSample(
                position=biometrics_pb2.FINGER_POSITION_RIGHT_INDEX,
                missing_reason=biometrics_pb2.MISSING_REASON_AMPUTATED,
            ),
            biometrics_pb2.FingerSample(position=99),  # type: ignore[arg-type]
        ],
    )

    with pytest.raises(InvalidRequest) as caught:
        validate(request)

    assert caught.value.field is not None
    assert caught.value.field.startswith("samples[1].")
