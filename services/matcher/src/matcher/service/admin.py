"""What administrators ask, on the wire."""

from passport.matcher.v1 import admin_pb2 as pb
from passport.matcher.v1 import admin_pb2_grpc
from servicekit.grpc.server import Context

from matcher.service import encode
from matcher.use_cases.get_status import GetStatus


class MatcherAdmin(admin_pb2_grpc.MatcherAdminServicer):
    """How the matcher is."""

    def __init__(self, status: GetStatus) -> None:
        self._status = status

    async def GetStatus(self, request: pb.GetStatusRequest, context: Context) -> pb.MatcherStatus:
        """Tell."""
        return encode.status(await self._status())
