"""Servicer of `google.longrunning.Operations`."""

import asyncio
import time

from google.longrunning import operations_pb2, operations_pb2_grpc
from google.protobuf import empty_pb2
from servicekit.errors import InvalidRequest
from servicekit.grpc import page_tokens
from servicekit.grpc.call_audit import add_audit_facts
from servicekit.grpc.client_channel import downstream_timeout
from servicekit.grpc.server import Context
from servicekit.security.identity import NATIONAL, Caller, current_caller

from matcher.domain.errors import OperationNotFound
from matcher.domain.operation import Operation, OperationScope
from matcher.service.decision_audit import audit_result
from matcher.service.encode_operation import encode_operation, operation_id
from matcher.store.store import Store
from matcher.use_cases.run_operations import OperationRunner

_POLL_SECONDS = 0.1


class Operations(operations_pb2_grpc.OperationsServicer):  # type: ignore[misc]
    """Shows, awaits, cancels and deletes operations.

    National administrators see all, those of an office its own, other callers what they started.
    """

    def __init__(self, store: Store, runner: OperationRunner) -> None:
        self._store = store
        self._runner = runner

    async def GetOperation(
        self, request: operations_pb2.GetOperationRequest, context: Context
    ) -> operations_pb2.Operation:
        """Return an operation as it is now."""
        return _shown(await self._operation(request.name))

    async def ListOperations(
        self, request: operations_pb2.ListOperationsRequest, context: Context
    ) -> operations_pb2.ListOperationsResponse:
        """Return operations by name."""
        if request.filter:
            raise InvalidRequest("filters are not supported", field="filter")
        if request.page_size < 0:
            raise InvalidRequest("must not be negative", field="page_size")
        after = page_tokens.decode_key(request.page_token)
        size = min(request.page_size or page_tokens.DEFAULT_PAGE_SIZE, 1000)
        async with self._store.read() as records:
            page = await records.operations.page(_scope(current_caller()), after, size + 1)
        add_audit_facts(operations=[each.operation_id for each in page[:size]])
        more = page_tokens.encode_next(page, size, lambda each: each.operation_id)
        return operations_pb2.ListOperationsResponse(
            operations=[encode_operation(each) for each in page[:size]], next_page_token=more
        )

    async def WaitOperation(
        self, request: operations_pb2.WaitOperationRequest, context: Context
    ) -> operations_pb2.Operation:
        """Return an operation when it is finished, or as it is when the time is over."""
        seconds = downstream_timeout(context)
        if request.HasField("timeout"):
            seconds = min(seconds, request.timeout.seconds)
        end = time.monotonic() + seconds
        operation = await self._operation(request.name)
        while not operation.state.is_finished and time.monotonic() < end:
            await asyncio.sleep(_POLL_SECONDS)
            operation = await self._operation(request.name)
        return _shown(operation)

    async def CancelOperation(
        self, request: operations_pb2.CancelOperationRequest, context: Context
    ) -> empty_pb2.Empty:
        """Cancel an operation, if it has changed nothing yet."""
        operation = await self._operation(request.name)
        await self._runner.cancel(operation.operation_id)
        return empty_pb2.Empty()

    async def DeleteOperation(
        self, request: operations_pb2.DeleteOperationRequest, context: Context
    ) -> empty_pb2.Empty:
        """Delete a finished operation with its result."""
        operation = await self._operation(request.name)
        await self._runner.delete(operation.operation_id)
        return empty_pb2.Empty()

    async def _operation(self, name: str) -> Operation:
        """Return the operation of this name, if the caller may see it."""
        add_audit_facts(operation=operation_id(name))
        async with self._store.read() as records:
            operation = await records.operations.get(operation_id(name))
        if not _scope(current_caller()).covers(operation.origin):
            raise OperationNotFound("there is no such operation", field="name")
        return operation


def _shown(operation: Operation) -> operations_pb2.Operation:
    """Return an operation as it is shown; the audit log says whom its result is about."""
    message = encode_operation(operation)
    audit_result(message)
    return message


def _scope(caller: Caller) -> OperationScope:
    """Return which operations a caller sees: an administrator its office's, others their own."""
    if caller.role != "administrator":
        return OperationScope(caller=caller.uri)
    return OperationScope(office_id=None if caller.office == NATIONAL else caller.office)
