"""Servicer of `MatcherAdmin`: the state of the matcher, for administrators."""

from passport.matcher.v1 import admin_pb2 as pb
from passport.matcher.v1 import admin_pb2_grpc
from servicekit.grpc.server import Context

from matcher.service import encode
from matcher.use_cases.get_status import GetStatus


class MatcherAdmin(admin_pb2_grpc.MatcherAdminServicer):
    """Shows administrators the state of the matcher."""

    def __init__(self, get_status: GetStatus) -> None:
        self._get_status = get_status

    async def GetStatus(self, request: pb.GetStatusRequest, context: Context) -> pb.MatcherStatus:
        """Return the state of the matcher."""
        return encode.status(await self._get_status())
