"""A caller of operations, and what is in them."""

import asyncio
from typing import Any
from uuid import uuid4

from google.longrunning import operations_pb2, operations_pb2_grpc
from google.protobuf import duration_pb2
from passport.matcher.v1 import admin_pb2, encounters_pb2, identification_pb2

from .caller import Caller
from .matcher_process import TIMEOUT_SECONDS
from .people import fingers


class Operations:
    """A caller of operations."""

    def __init__(self, caller: Caller) -> None:
        self._stub: Any = operations_pb2_grpc.OperationsStub(caller.channel)
        self._identification: Any = caller.identification
        self._encounters: Any = caller.encounters

    async def identify(
        self, probe: identification_pb2.FingerSource, request_id: str = "", priority: int = 0
    ) -> Any:
        return await self._identification.StartIdentify(
            identification_pb2.IdentifyRequest(
                request_id=request_id or str(uuid4()),
                probe=probe,
                search=identification_pb2.SearchPolicy(priority=priority),
            ),
            timeout=TIMEOUT_SECONDS,
        )

    async def enrol(self, encounter_id: str, person: int, office_id: str = "") -> Any:
        return await self._encounters.StartCreateEncounter(
            encounters_pb2.CreateEncounterRequest(
                request_id=f"request-{encounter_id}",
                encounter_id=encounter_id,
                person_id=f"person-of-{encounter_id}",
                samples=fingers(person, impression=2),
                check_duplicates=True,
                office_id=office_id,
            ),
            timeout=TIMEOUT_SECONDS,
        )

    async def get(self, name: str) -> Any:
        request = operations_pb2.GetOperationRequest(name=name)
        return await self._stub.GetOperation(request, timeout=TIMEOUT_SECONDS)

    async def wait(self, name: str) -> Any:
        request = operations_pb2.WaitOperationRequest(
            name=name, timeout=duration_pb2.Duration(seconds=50)
        )
        return await self._stub.WaitOperation(request, timeout=TIMEOUT_SECONDS)

    async def until_it_waits_for(self, what: str, operation: Any) -> Any:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while what not in metadata(operation).waiting_for:
                await asyncio.sleep(0.05)
                operation = await self.get(operation.name)
        return operation

    async def list(self, **fields: Any) -> Any:
        request = operations_pb2.ListOperationsRequest(name="operations", **fields)
        return await self._stub.ListOperations(request, timeout=TIMEOUT_SECONDS)

    async def cancel(self, name: str) -> None:
        request = operations_pb2.CancelOperationRequest(name=name)
        await self._stub.CancelOperation(request, timeout=TIMEOUT_SECONDS)

    async def delete(self, name: str) -> None:
        request = operations_pb2.DeleteOperationRequest(name=name)
        await self._stub.DeleteOperation(request, timeout=TIMEOUT_SECONDS)


def metadata(operation: Any) -> admin_pb2.OperationMetadata:
    found = admin_pb2.OperationMetadata()
    assert operation.metadata.Unpack(found)
    return found


def decision(operation: Any) -> identification_pb2.Decision:
    found = identification_pb2.Decision()
    assert operation.response.Unpack(found), operation
    return found
