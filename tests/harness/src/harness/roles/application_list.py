"""Lists of applications, read page by page."""

import grpc
from passport.issuance.v1 import applications_pb2 as pb
from passport.issuance.v1.applications_pb2_grpc import ApplicationsStub

from harness.identities import OFFICE
from harness.patient_calls import call_until_answered, pages

_PAGE = 500


async def applications(
    channel: grpc.aio.Channel,
    state: "pb.ApplicationState.ValueType" = pb.APPLICATION_STATE_UNSPECIFIED,
) -> list[pb.Application]:
    """Return the office's applications in a state, or all, in order of creation."""
    stub = ApplicationsStub(channel)

    async def fetch(token: str) -> tuple[list[pb.Application], str]:
        request = pb.ListApplicationsRequest(
            office=OFFICE, state=state, page_size=_PAGE, page_token=token
        )
        answer = await call_until_answered(stub.ListApplications, request)
        return list(answer.applications), answer.next_page_token

    return await pages(fetch)
