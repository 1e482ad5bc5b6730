from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import grpc
import pytest
from passport.matcher.v1 import encounters_pb2 as pb
from passport.matcher.v1 import encounters_pb2_grpc as stubs
from passport.printer.v1 import jobs_pb2, jobs_pb2_grpc
from servicekit.errors import (
    DomainError,
    ErrorKind,
    FieldViolation,
    InternalError,
    error_catalogue,
)

SECRET = "swordfish"
REQUEST = pb.GetEncounterRequest(encounter_id="e1")


class TooEarly(DomainError):
    """It is too early."""

    kind = ErrorKind.PRECONDITION
    reason = "TOO_EARLY"


async def too_early(request: Any, context: Any) -> pb.Encounter:
    raise TooEarly("come later", field="encounter_id", retry_after=timedelta(seconds=90), day="Mo")


async def twice_wrong(request: Any, context: Any) -> pb.Encounter:
    raise TooEarly(
        "two faults",
        violations=[
            FieldViolation("photo", "hold still", "BLURRED"),
            FieldViolation("photo", "use more light", "TOO_DARK"),
        ],
    )


async def broken(request: Any, context: Any) -> pb.Encounter:
    raise RuntimeError(SECRET)


async def answers_nothing(request: Any, context: Any) -> None:
    return None


async def breaks_on_the_way(request: Any, context: Any) -> AsyncIterator[jobs_pb2.PrintJobEvent]:
    yield jobs_pb2.PrintJobEvent(resume_token="1")
    raise RuntimeError(SECRET)


async def test_a_domain_error_arrives_with_all_details(
    serve: Any, connect: Any, failure: Any
) -> None:
    address = await serve({"GetEncounter": too_early})

    failed = await failure(stubs.EncountersStub(connect(address)).GetEncounter(REQUEST, timeout=20))

    assert failed.code is grpc.StatusCode.FAILED_PRECONDITION
    assert failed.message == "come later"
    assert failed.info.reason == "TOO_EARLY"
    assert failed.info.domain == "passport.matcher"
    assert dict(failed.info.metadata) == {"day": "Mo"}
    assert failed.fields == ["encounter_id"]
    assert failed.retry is not None
    assert failed.retry.retry_delay.seconds == 90


async def test_several_faults_of_a_field_arrive_with_their_codes(
    serve: Any, connect: Any, failure: Any
) -> None:
    address = await serve({"GetEncounter": twice_wrong})

    failed = await failure(stubs.EncountersStub(connect(address)).GetEncounter(REQUEST, timeout=20))

    assert [(v.field, v.description, v.reason) for v in failed.bad_request.field_violations] == [
        ("photo", "hold still", "BLURRED"),
        ("photo", "use more light", "TOO_DARK"),
    ]


async def test_an_error_of_no_field_names_none(serve: Any, connect: Any, failure: Any) -> None:
    async def late(request: Any, context: Any) -> pb.Encounter:
        raise TooEarly("come later")

    address = await serve({"GetEncounter": late})

    failed = await failure(stubs.EncountersStub(connect(address)).GetEncounter(REQUEST, timeout=20))

    assert failed.info.reason == "TOO_EARLY"
    assert failed.fields == []
    assert failed.retry is None


@pytest.mark.parametrize("handler", [broken, answers_nothing])
async def test_an_internal_error_reveals_nothing_and_is_logged(
    serve: Any, connect: Any, failure: Any, handler: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    address = await serve({"GetEncounter": handler})

    failed = await failure(stubs.EncountersStub(connect(address)).GetEncounter(REQUEST, timeout=20))

    assert failed.code is grpc.StatusCode.INTERNAL
    assert failed.info.reason == InternalError.reason
    assert SECRET not in failed.message
    assert "unexpected_error" in capsys.readouterr().err


async def test_an_internal_error_within_a_stream_reveals_nothing(
    serve: Any, connect: Any, failure: Any
) -> None:
    address = await serve({"WatchPrintJobs": breaks_on_the_way})
    stub = jobs_pb2_grpc.PrintJobsStub(connect(address))
    events = aiter(stub.WatchPrintJobs(jobs_pb2.WatchPrintJobsRequest(), timeout=20))

    first = await anext(events)
    failed = await failure(anext(events))

    assert first.resume_token == "1"
    assert failed.info.reason == InternalError.reason
    assert SECRET not in failed.message


def test_the_catalogue_explains_every_reason_once() -> None:
    entries = [entry for entry in error_catalogue() if entry.__module__ == "servicekit.errors"]
    reasons = [entry.reason for entry in entries]

    assert len(reasons) == len(set(reasons)) >= 12
    assert all(entry.__doc__ and entry.kind in ErrorKind for entry in entries)


@pytest.mark.parametrize("kind", ErrorKind)
def test_every_kind_is_a_grpc_status(kind: ErrorKind) -> None:
    assert kind.value in grpc.StatusCode.__members__
