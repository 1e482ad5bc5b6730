"""How does an operation become a message of `google.longrunning`?"""

from google.longrunning import operations_pb2
from passport.matcher.v1 import admin_pb2
from servicekit.errors import DomainError
from servicekit.grpc.error_status import to_message

from matcher.domain.operation import Operation, OperationState

ERROR_DOMAIN = "passport.matcher"
_COLLECTION = "operations"


def encode_operation(operation: Operation) -> operations_pb2.Operation:
    """Return an operation with its metadata and, if it has one, its result."""
    metadata = admin_pb2.OperationMetadata(
        method=operation.origin.method,
        state=admin_pb2.OperationState.ValueType(operation.state),
        progress=operation.progress,
        waiting_for=operation.waiting_for,
    )
    metadata.since.FromDatetime(operation.since)
    metadata.created_at.FromDatetime(operation.created_at)
    message = operations_pb2.Operation(
        name=f"{_COLLECTION}/{operation.operation_id}", done=operation.state.is_finished
    )
    message.metadata.Pack(metadata)
    if operation.result is not None:
        succeeded = operation.state is OperationState.SUCCEEDED
        (message.response if succeeded else message.error).MergeFromString(operation.result)
    return message


def operation_id(name: str) -> str:
    """Return the id of the operation of this name; empty for a name of something else."""
    collection, _, found = name.partition("/")
    return found if collection == _COLLECTION else ""


def encode_error(error: DomainError) -> bytes:
    """Return the google.rpc.Status of an error, serialized."""
    data: bytes = to_message(error, ERROR_DOMAIN).SerializeToString()
    return data
