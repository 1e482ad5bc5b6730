"""How is a register sent to a matcher, whatever happens to the stream on the way?"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
from google.rpc import error_details_pb2  # type: ignore[import-untyped]  # no py.typed marker
from grpc_status import rpc_status
from passport.matcher.v1 import encounters_pb2 as pb
from passport.matcher.v1 import encounters_pb2_grpc
from servicekit.errors import InvalidRequest, RequestTooLarge

from matcher.importing.progress_report import ProgressReport
from matcher.importing.register_folder import ImportOptions, read_encounter

_CONNECT_SECONDS = 30.0
_RETRY_SECONDS = 1.0
_TRANSIENT = frozenset(
    {
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.CANCELLED,
    }
)
"""Of streams that break and are continued; any other one would break again."""


@dataclass(slots=True)
class Import:
    """One import of encounters over a channel. done: offset up to which all are acknowledged."""

    channel: grpc.aio.Channel
    encounters: Sequence[Path]
    options: ImportOptions
    report: ProgressReport
    done: int = 0
    _refused_here: set[int] = field(default_factory=set)

    async def run(self) -> None:
        """Send all encounters, going on after a broken stream where it was acknowledged.

        Raises OSError if no connection comes about, ValueError if the matcher refuses the import.
        """
        try:
            await asyncio.wait_for(self.channel.channel_ready(), _CONNECT_SECONDS)
        except TimeoutError:
            raise OSError("no connection: check the address and the certificates") from None
        while not await self._stream():
            pass

    async def _stream(self) -> bool:
        """Send what is not acknowledged yet; return whether the stream came to its end.

        Waits before it returns False.
        """
        stub: Any = encounters_pb2_grpc.EncountersStub(self.channel)
        try:
            async for response in stub.ImportEncounters(self._requests()):
                self.done = response.offset
                self.report.acknowledged(self.encounters[response.offset - 1], response)
        except grpc.aio.AioRpcError as error:
            reason = _reason(error)
            if error.code() not in _TRANSIENT or reason.startswith(RequestTooLarge.reason):
                raise ValueError(f"the matcher refused the import: {reason}") from error
            self.report.interrupted(reason, self.done)
            await asyncio.sleep(_RETRY_SECONDS)
            return False
        return True

    async def _requests(self) -> AsyncIterator[pb.ImportEncountersRequest]:
        for request in self._readable():
            yield request

    def _readable(self) -> Iterator[pb.ImportEncountersRequest]:
        """Yield the requests that can be sent, and report the others as refused."""
        for offset, encounter in enumerate(self.encounters[self.done :], self.done + 1):
            if offset in self._refused_here:
                continue
            try:
                yield read_encounter(encounter, offset, self.options)
            except (InvalidRequest, RequestTooLarge) as error:
                self._refused_here.add(offset)
                response = pb.ImportEncountersResponse(
                    offset=offset,
                    result=pb.IMPORT_RESULT_REFUSED,
                    reason=error.reason,
                    field=error.field or "",
                    message=error.message,
                )
                self.report.acknowledged(encounter, response)


def _reason(error: grpc.aio.AioRpcError) -> str:
    """Return the reason of a status and its message, or the code if it gives no reason."""
    reason = error.code().name
    status = rpc_status.from_call(error)  # type: ignore[arg-type]
    for detail in status.details if status else ():
        info = error_details_pb2.ErrorInfo()
        if detail.Unpack(info):
            reason = info.reason
    return f"{reason}, {error.details()}"
