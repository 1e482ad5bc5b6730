"""The office's files: applications, read page by page."""

import grpc
from passport.issuance.v1 import applications_pb2 as pb
from passport.issuance.v1.applications_pb2_grpc import ApplicationsStub

from harness.calls import insist, pages
from harness.people import OFFICE

_PAGE = 500


async def applications(
    channel: grpc.aio.Channel,
    state: "pb.ApplicationState.ValueType" = pb.APPLICATION_STATE_UNSPECIFIED,
) -> list[pb.Application]:
    """The office's applications in a state, or all, in order of their making."""
    stub = ApplicationsStub(channel)

    async def fetch(token: str) -> tuple[list[pb.Application], str]:
        request = pb.ListApplicationsRequest(
            office=OFFICE, state=state, page_size=_PAGE, page_token=token
        )
        answer = await insist(stub.ListApplications, request)
        return list(answer.applications), answer.next_page_token

    return await pages(fetch)
