"""People and services with certificates who call issuance, and how their calls are refused."""

import asyncio
import uuid
from typing import Any

import grpc
from google.rpc import error_details_pb2  # type: ignore[import-untyped]
from grpc_status import rpc_status
from passport.issuance.v1 import (
    accounts_pb2_grpc,
    adjudication_pb2_grpc,
    admin_pb2_grpc,
    applications_pb2_grpc,
    documents_pb2_grpc,
    offices_pb2_grpc,
    outages_pb2_grpc,
    schedule_pb2_grpc,
)

LONGEST_WAIT = 60.0
"""Seconds of real time after which a test gives up waiting."""


class Refused(AssertionError):
    """A call was refused: its status code, the reason of ErrorInfo and the fields of BadRequest."""

    def __init__(self, error: grpc.aio.AioRpcError) -> None:
        status = rpc_status.from_call(error)  # type: ignore[arg-type]
        self.code = error.code().name
        self.reason, self.field, self.metadata = "", "", {}
        self.fields: list[str] = []
        self.violations: list[tuple[str, str]] = []
        for detail in status.details if status else ():
            info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
            if detail.Unpack(info):
                self.reason, self.metadata = info.reason, dict(info.metadata)
            if detail.Unpack(bad):
                self.fields = [v.field for v in bad.field_violations]
                self.field = self.fields[0]
                self.violations = [(v.reason, v.description) for v in bad.field_violations]
        super().__init__(f"{self.code} {self.reason} {error.details()}")


class Caller:
    """Calls any RPC of issuance under one certificate; makes request ids where there are none."""

    def __init__(self, connection: grpc.aio.Channel) -> None:
        stubs = (
            applications_pb2_grpc.ApplicationsStub(connection),
            documents_pb2_grpc.DocumentsStub(connection),
            accounts_pb2_grpc.AccountsStub(connection),
            adjudication_pb2_grpc.AdjudicationStub(connection),
            schedule_pb2_grpc.ScheduleStub(connection),
            outages_pb2_grpc.OutagesStub(connection),
            offices_pb2_grpc.OfficesStub(connection),
            admin_pb2_grpc.IssuanceAdminStub(connection),
        )
        self._methods: dict[str, Any] = {}
        for stub in stubs:
            self._methods |= vars(stub)

    def stream(self, method: str, request: Any) -> Any:
        """Open a stream of responses; it ends with the caller's connection, or cancelled."""
        return self._methods[method](request)

    async def __call__(self, method: str, request: Any) -> Any:
        """Call an RPC, again while the service is UNAVAILABLE; raise Refused for other errors."""
        if hasattr(request, "request_id") and not request.request_id:
            request.request_id = str(uuid.uuid4())
        async with asyncio.timeout(LONGEST_WAIT):
            while True:
                try:
                    return await self._methods[method](request, timeout=LONGEST_WAIT)
                except grpc.aio.AioRpcError as error:
                    refused = Refused(error)
                    if refused.code != "UNAVAILABLE":
                        raise refused from error
                    await asyncio.sleep(0.02)
