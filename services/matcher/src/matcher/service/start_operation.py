"""How does a method start an operation, and how is the operation then carried out?"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TypeVar
from uuid import uuid4

from google.longrunning import operations_pb2
from google.protobuf import any_pb2
from google.protobuf.message import Message
from servicekit.errors import InternalError
from servicekit.grpc.call_audit import add_audit_facts, audited_work
from servicekit.security.identity import current_caller, current_on_behalf_of
from servicekit.storage.idempotency import IdempotentRequests

from matcher.domain.operation import (
    LeasedOperation,
    NewOperation,
    Operation,
    OperationOrigin,
)
from matcher.service.encode_operation import encode_operation, operation_id
from matcher.service.idempotent_changes import answer_once
from matcher.store.store import Records, StoreResponse
from matcher.use_cases.run_operations import (
    OperationMethod,
    OperationRunner,
    RunningOperation,
    is_tried_again,
)

SECONDS_TO_CATCH_UP = 30.0
"""Time that the index may take to catch up before an operation waits and is tried again."""
_DEFAULT_PRIORITY = 5
R = TypeVar("R", bound=Message)
T = TypeVar("T")


def operation_method(
    request_type: type[R],
    encode: Callable[[T], Message],
    act: Callable[[R, StoreResponse[T], RunningOperation], Awaitable[T]],
    has_changed: Callable[[R], Awaitable[bool]] | None = None,
) -> OperationMethod:
    """Return how operations of a method are carried out that also exists as a call.

    act: carries out a request, stores its result in its last transaction, may report of the running
    operation what share is done, and states for the audit log whom it is about, as the call does.
    has_changed: whether an earlier attempt of the request has committed something.
    """

    async def work(running: RunningOperation) -> None:
        async def store_response(records: Records, result: T) -> None:
            response = any_pb2.Any()
            response.Pack(encode(result))
            await running.complete(records, response.SerializeToString())

        with _audited(running.leased):
            request = _request(request_type, running.leased)
            await act(request, store_response, running)

    if has_changed is None:
        return OperationMethod(work)

    async def has_changed_by(leased: LeasedOperation) -> bool:
        return await has_changed(_request(request_type, leased))

    return OperationMethod(work, has_changed_by)


def _audited(leased: LeasedOperation) -> AbstractContextManager[None]:
    """Leave a line in the audit log for work that is done in the name of its caller."""
    return audited_work(
        leased.origin.method,
        current_caller(),
        current_on_behalf_of(),
        is_tried_again,
        operation=leased.operation_id,
    )


def _request(request_type: type[R], leased: LeasedOperation) -> R:
    if leased.request is None:
        raise InternalError("the stored request of the operation is damaged")
    return request_type.FromString(leased.request)


@dataclass(frozen=True, slots=True)
class StartOperation:
    """Starts an operation for a request, once however often the request is sent."""

    requests: IdempotentRequests
    runner: OperationRunner

    async def __call__(
        self,
        request: Message,
        method: str,
        *,
        priority: int = 0,
        on_this_replica: bool = False,
        office_id: str = "",
        digest: bytes | None = None,
        check: Callable[[], Awaitable[None]] | None = None,
    ) -> operations_pb2.Operation:
        """Return the operation. method: ``package.Service/Method``. priority: 0 for the default.

        office_id: for which it is started; empty for that of the person the caller acts for, else
        of the caller. digest: of the request's content, where it is known already. check: raises
        for which reason it cannot be carried out, if the request is a new one.
        """
        new = NewOperation(
            uuid4().hex,
            _origin(method, office_id),
            request.SerializeToString(),
            priority or _DEFAULT_PRIORITY,
            self.runner.replica if on_this_replica else None,
        )

        async def start(store_response: StoreResponse[Operation]) -> Operation:
            if check is not None:
                await check()
            return await self.runner.start(new, store_response)

        started = await answer_once(
            self.requests, request, encode_operation, operations_pb2.Operation, start, digest
        )
        add_audit_facts(operation=operation_id(started.name))
        return started


def _origin(method: str, office_id: str) -> OperationOrigin:
    """Return who starts an operation now."""
    caller, person = current_caller(), current_on_behalf_of()
    return OperationOrigin(
        method,
        caller.uri,
        person.uri if person else None,
        office_id or (person or caller).office,
    )
