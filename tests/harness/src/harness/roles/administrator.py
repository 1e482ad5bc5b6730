"""The administrator: reads how everything is, everywhere; decides nothing about people."""

from collections.abc import Mapping

from passport.issuance.v1 import admin_pb2, outages_pb2, schedule_pb2
from passport.issuance.v1.admin_pb2_grpc import IssuanceAdminStub
from passport.issuance.v1.outages_pb2_grpc import OutagesStub
from passport.issuance.v1.schedule_pb2_grpc import ScheduleStub
from passport.matcher.v1 import admin_pb2 as matcher
from passport.matcher.v1.admin_pb2_grpc import MatcherAdminStub

from harness.calls import insist, pages
from harness.people import ADMINISTRATOR, People

_PAGE = 1000


class Administrator:
    """Asks the services for their state."""

    def __init__(self, people: People) -> None:
        channel = people.channel("issuance", ADMINISTRATOR)
        self._issuance, self._outages = IssuanceAdminStub(channel), OutagesStub(channel)
        self._schedule = ScheduleStub(channel)
        self._matcher = MatcherAdminStub(people.channel("matcher", ADMINISTRATOR))

    async def applications(self) -> Mapping[str, int]:
        """How many applications are in each state, by the state's name in lower case."""
        status = await insist(self._issuance.GetStatus, admin_pb2.GetStatusRequest())
        return {
            name.lower().removeprefix("application_state_"): number
            for name, number in status.applications.items()
        }

    async def outages(self, *, lasting: bool) -> list[outages_pb2.Outage]:
        """Outages, newest first; only those that last, or all."""
        request = outages_pb2.ListOutagesRequest(open_only=lasting)
        return list((await insist(self._outages.ListOutages, request)).outages)

    async def notices(self, application_id: str = "") -> list[schedule_pb2.Notice]:
        """What everybody was told, oldest first; or about one application only."""

        async def fetch(token: str) -> tuple[list[schedule_pb2.Notice], str]:
            request = schedule_pb2.ListNoticesRequest(
                application_id=application_id, page_size=_PAGE, page_token=token
            )
            answer = await insist(self._schedule.ListNotices, request)
            return list(answer.notices), answer.next_page_token

        return await pages(fetch)

    async def matcher(self) -> matcher.MatcherStatus:
        """How the matcher is."""
        return await insist(self._matcher.GetStatus, matcher.GetStatusRequest())
