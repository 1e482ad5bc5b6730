"""Administrators of an office see and cancel its operations; those of the nation all."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from passport.matcher.v1 import admin_pb2, admin_pb2_grpc, identification_pb2
from servicekit.security.development_certificates import issue_certificate
from servicekit.security.tls import TlsFiles

from .caller import Caller, refusal
from .conftest import Callers, Matchers
from .matcher_process import TIMEOUT_SECONDS, Matcher
from .operations import Operations, metadata
from .people import fingers, given

EXAMINER = "spiffe://id/office/BJM/user/eka/role/examiner"
Administrators = Callable[[str], Caller]


@pytest.fixture
def administrators(shared_matcher: Matcher, callers: Callers) -> Administrators:
    """Makes administrators of offices."""

    def make(office: str) -> Caller:
        return callers(shared_matcher, tls=_administrator(shared_matcher, office))

    return make


def _administrator(matcher: Matcher, office: str) -> TlsFiles:
    return issue_certificate(matcher.pki, office=office, user="ani", role="administrator")


async def _hidden(call: Awaitable[Any]) -> bool:
    refused = await refusal(call)
    return (refused.code, refused.reason) == ("NOT_FOUND", "OPERATION_NOT_FOUND")


async def test_an_office_sees_what_was_started_for_its_people_wherever(
    issuance: Caller, administrators: Administrators, someone: int
) -> None:
    stub: Any = issuance.identification
    started = await stub.StartIdentify(
        identification_pb2.IdentifyRequest(
            request_id=f"request-{someone}", probe=given(fingers(someone))
        ),
        timeout=TIMEOUT_SECONDS,
        metadata=[("on-behalf-of", EXAMINER)],
    )
    of_office, of_nation, of_another = (
        Operations(administrators(office)) for office in ("BJM", "national", "MTP")
    )

    for administrator in (of_office, of_nation):
        assert (await administrator.wait(started.name)).name == started.name
        assert started.name in [each.name for each in (await administrator.list()).operations]
    assert started.name not in [each.name for each in (await of_another.list()).operations]
    for hidden in (of_another.get, of_another.wait, of_another.cancel, of_another.delete):
        assert await _hidden(hidden(started.name))


async def test_an_office_sees_nothing_of_the_nations(
    issuance: Caller, administrators: Administrators, someone: int
) -> None:
    started = await Operations(issuance).identify(given(fingers(someone)))

    assert await _hidden(Operations(administrators("BJM")).get(started.name))


async def test_an_enrolment_is_its_offices(
    shared_matcher: Matcher, callers: Callers, administrators: Administrators, someone: int
) -> None:
    registry = Operations(callers(shared_matcher, tls=shared_matcher.identity("registry")))
    started = await registry.enrol(f"{someone}", someone, office_id="BJM")

    found = await Operations(administrators("BJM")).wait(started.name)

    assert metadata(found).state == admin_pb2.OPERATION_STATE_SUCCEEDED
    assert await _hidden(Operations(administrators("MTP")).get(started.name))


async def test_an_office_cancels_its_own(
    matchers: Matchers, callers: Callers, someone: int
) -> None:
    matcher = matchers().start()
    issuance = Operations(callers(matcher, tls=matcher.identity(office="BJM")))
    of_office, of_another, of_nation = (
        callers(matcher, tls=_administrator(matcher, office))
        for office in ("BJM", "MTP", "national")
    )
    admin: Any = admin_pb2_grpc.MatcherAdminStub(of_nation.channel)
    await admin.SetDraining(admin_pb2.SetDrainingRequest(draining=True), timeout=TIMEOUT_SECONDS)
    started = [await issuance.identify(given(fingers(someone))) for _ in range(2)]

    assert await _hidden(Operations(of_another).cancel(started[0].name))
    await Operations(of_office).cancel(started[0].name)
    await Operations(of_nation).cancel(started[1].name)

    for each in started:
        cancelled = await issuance.wait(each.name)
        assert metadata(cancelled).state == admin_pb2.OPERATION_STATE_CANCELLED


async def test_the_index_of_all_is_drained_by_the_nation_only(
    administrators: Administrators,
) -> None:
    admin: Any = admin_pb2_grpc.MatcherAdminStub(administrators("BJM").channel)

    drained = await refusal(
        admin.SetDraining(admin_pb2.SetDrainingRequest(draining=True), timeout=TIMEOUT_SECONDS)
    )

    assert drained.reason == "NOT_PERMITTED"
