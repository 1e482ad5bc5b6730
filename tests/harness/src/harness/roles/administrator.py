"""The administrator: reads the status of every service, decides nothing about people."""

from collections.abc import Mapping

from passport.issuance.v1 import admin_pb2, outages_pb2, schedule_pb2
from passport.issuance.v1.admin_pb2_grpc import IssuanceAdminStub
from passport.issuance.v1.outages_pb2_grpc import OutagesStub
from passport.issuance.v1.schedule_pb2_grpc import ScheduleStub
from passport.matcher.v1 import admin_pb2 as matcher
from passport.matcher.v1.admin_pb2_grpc import MatcherAdminStub

from harness.identities import ADMINISTRATOR, ClientChannels
from harness.patient_calls import call_until_answered, pages

_PAGE = 1000


class Administrator:
    """Reads the status of the services."""

    def __init__(self, clients: ClientChannels) -> None:
        channel = clients.channel("issuance", ADMINISTRATOR)
        self._issuance, self._outages = IssuanceAdminStub(channel), OutagesStub(channel)
        self._schedule = ScheduleStub(channel)
        self._matcher = MatcherAdminStub(clients.channel("matcher", ADMINISTRATOR))

    async def applications(self) -> Mapping[str, int]:
        """Return the number of applications by state, named in lower case without prefix."""
        status = await call_until_answered(self._issuance.GetStatus, admin_pb2.GetStatusRequest())
        return {
            name.lower().removeprefix("application_state_"): number
            for name, number in status.applications.items()
        }

    async def outages(self, *, lasting: bool) -> list[outages_pb2.Outage]:
        """Return outages, newest first; only open ones if `lasting`."""
        request = outages_pb2.ListOutagesRequest(open_only=lasting)
        return list((await call_until_answered(self._outages.ListOutages, request)).outages)

    async def notices(self, application_id: str = "") -> list[schedule_pb2.Notice]:
        """Return notices, oldest first; of one application only if given."""

        async def fetch(token: str) -> tuple[list[schedule_pb2.Notice], str]:
            request = schedule_pb2.ListNoticesRequest(
                application_id=application_id, page_size=_PAGE, page_token=token
            )
            answer = await call_until_answered(self._schedule.ListNotices, request)
            return list(answer.notices), answer.next_page_token

        return await pages(fetch)

    async def matcher(self) -> matcher.MatcherStatus:
        """Return the matcher's status."""
        return await call_until_answered(self._matcher.GetStatus, matcher.GetStatusRequest())
