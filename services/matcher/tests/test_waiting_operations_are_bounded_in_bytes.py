"""Requests that wait as operations take no more bytes than set, half of it for one caller."""

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest
from google.longrunning import operations_pb2, operations_pb2_grpc
from matcher.config import Settings
from matcher.domain.operation import OpenOperations, OperationLimits
from passport.matcher.v1 import admin_pb2, admin_pb2_grpc, identification_pb2
from pydantic import ValidationError

from .caller import Caller, refusal
from .conftest import Callers, Matchers
from .matcher_process import TIMEOUT_SECONDS, Matcher
from .people import given, image

LARGE_IMAGE = bytes(720_000)


@pytest.fixture
def matcher(matchers: Matchers) -> Matcher:
    """A matcher with room for two large requests, of which one caller may have one."""
    return matchers(max_message_bytes=1024 * 1024, max_operations_mebibytes=2).start()


async def _start(caller: Caller, number: int) -> operations_pb2.Operation:
    request = identification_pb2.IdentifyRequest(
        request_id=f"request-{number}", probe=given([image(2, LARGE_IMAGE)])
    )
    started: operations_pb2.Operation = await caller.identification.StartIdentify(
        request, timeout=TIMEOUT_SECONDS
    )
    return started


async def _drain(administrator: Caller, draining: bool) -> None:
    stub: Any = admin_pb2_grpc.MatcherAdminStub(administrator.channel)
    await stub.SetDraining(admin_pb2.SetDrainingRequest(draining=draining), timeout=TIMEOUT_SECONDS)


async def _wait(administrator: Caller, operation: operations_pb2.Operation) -> None:
    stub: Any = operations_pb2_grpc.OperationsStub(administrator.channel)
    request = operations_pb2.WaitOperationRequest(name=operation.name)
    assert (await stub.WaitOperation(request, timeout=TIMEOUT_SECONDS)).done


async def test_a_caller_has_half_of_the_bytes_and_all_together_no_more_than_set(
    matcher: Matcher, callers: Callers
) -> None:
    offices = [callers(matcher, tls=matcher.identity(office=id_)) for id_ in ("BJM", "MTP", "PLK")]
    administrator = callers(matcher, tls=matcher.administrator())
    await _drain(administrator, True)

    first = await _start(offices[0], 1)
    beyond_its_half = await refusal(_start(offices[0], 2))
    second = await _start(offices[1], 1)
    beyond_all = await refusal(_start(offices[2], 1))

    for refused in (beyond_its_half, beyond_all):
        assert (refused.code, refused.reason) == ("RESOURCE_EXHAUSTED", "OVERLOADED")
        assert refused.may_retry

    await _drain(administrator, False)
    await asyncio.gather(*(_wait(administrator, each) for each in (first, second)))

    assert (await _start(offices[0], 2)).name
    assert (await _start(offices[2], 1)).name


@pytest.mark.parametrize(
    ("open_now", "of_caller", "allowed"),
    [
        (OpenOperations(9, 900), OpenOperations(4, 400), True),
        (OpenOperations(10, 0), OpenOperations(0, 0), False),
        (OpenOperations(9, 0), OpenOperations(5, 0), False),
        (OpenOperations(9, 901), OpenOperations(0, 0), False),
        (OpenOperations(9, 401), OpenOperations(1, 401), False),
    ],
)
def test_numbers_and_bytes_are_both_limited(
    open_now: OpenOperations, of_caller: OpenOperations, allowed: bool
) -> None:
    limits = OperationLimits(count=10, request_bytes=1000)

    assert limits.allow(100, open_now, of_caller) is allowed


def test_one_operation_may_wait_where_no_more_may() -> None:
    limits = OperationLimits(count=1, request_bytes=1000)

    assert limits.allow(100, OpenOperations(0, 0), OpenOperations(0, 0))


def test_a_limit_that_the_largest_request_could_never_meet_is_refused() -> None:
    unused = Path(os.devnull)

    with pytest.raises(ValidationError, match="at least twice max_message_bytes"):
        Settings.load(
            certificate=unused,
            private_key=unused,
            authority=unused,
            policy_file=unused,
            database_url="sqlite+aiosqlite:///unused",
            master_key_file=unused,
            max_operations_mebibytes=63,
        )
