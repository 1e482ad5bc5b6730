"""Every text of every request is refused when it holds NUL, and line breaks outside free text."""

from collections.abc import Iterator

import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from servicekit.errors import InvalidRequest
from servicekit.grpc.message_checks import validate

from .contracts import rpcs

REQUESTS = {rpc.descriptor.input_type.name: rpc.descriptor.input_type for rpc in rpcs()}


def texts(message_type: Descriptor) -> Iterator[list[FieldDescriptor]]:
    """Yield the path of each string within a message type."""
    for field in message_type.fields:
        if field.type == FieldDescriptor.TYPE_STRING:
            yield [field]
        elif field.message_type is not None:
            yield from ([field, *inner] for inner in texts(field.message_type))


def message_with(message_type: Descriptor, path: list[FieldDescriptor], text: str) -> Message:
    message: Message = GetMessageClass(message_type)()
    field, *inner = path
    inner_type = field.message_type
    value = message_with(inner_type, inner, text) if inner and inner_type else text
    if field.is_repeated:
        getattr(message, field.name).append(value)
    elif inner:
        getattr(message, field.name).CopyFrom(value)
    else:
        setattr(message, field.name, value)
    return message


def accepts(message: Message) -> bool:
    try:
        validate(message)
    except InvalidRequest as refused:
        return not refused.metadata["rule"].startswith(("string.control_characters", "printed."))
    return True


@pytest.mark.parametrize("name", REQUESTS)
def test_no_text_accepts_nul(name: str) -> None:
    for path in texts(REQUESTS[name]):
        assert not accepts(message_with(REQUESTS[name], path, "before\0after")), path[-1].full_name


def test_only_free_text_accepts_line_breaks() -> None:
    multiline = {
        path[-1].full_name.removeprefix("passport.")
        for request in REQUESTS.values()
        for path in texts(request)
        if accepts(message_with(request, path, "before\nafter"))
    }

    assert multiline == {
        "issuance.v1.AcceptForceMajeureRequest.reason",
        "issuance.v1.AppealRequest.reason",
        "issuance.v1.ApproveRequest.reason",
        "issuance.v1.CancelEmergencyDocumentRequest.reason",
        "issuance.v1.ClearHoldRequest.reason",
        "issuance.v1.CorrectDataRequest.reason",
        "issuance.v1.DecideTaskRequest.reason",
        "issuance.v1.UndoMergeRequest.reason",
        "issuance.v1.DeclareOutageRequest.cause",
        "issuance.v1.EstablishIdentityRequest.reason",
        "issuance.v1.PauseWorkRequest.reason",
        "issuance.v1.RecordInterviewRequest.identity_evidence",
        "issuance.v1.RecordInterviewRequest.notes",
        "issuance.v1.RefuseDocumentsRequest.reason",
        "issuance.v1.RefuseRequest.reason",
        "issuance.v1.ReportLostRequest.circumstances",
        "issuance.v1.RequestEmergencyDocumentRequest.reason",
        "issuance.v1.RetakeBiometricsRequest.reason",
        "issuance.v1.SubmitPortraitRequest.explanation",
        "issuance.v1.UpdateOutageRequest.cause",
        "issuance.v1.WaiveFingerCheckRequest.reason",
        "issuance.v1.WithdrawRequest.reason",
        "printer.v1.CancelMaintenanceRequest.reason",
        "printer.v1.CancelPrintJobRequest.reason",
        "printer.v1.ConfirmMachineOffRequest.reason",
        "printer.v1.GiveUpAttemptRequest.reason",
        "printer.v1.PauseMachineRequest.reason",
        "printer.v1.PrintSampleRequest.reason",
        "printer.v1.PutTrustedKeyRequest.public_key_pem",
        "printer.v1.PutTrustedKeyRequest.reason",
        "printer.v1.RecordQualityCheckRequest.defect",
        "printer.v1.ReleaseAfterRestoreRequest.explanation",
        "printer.v1.ReleasePrintJobRequest.reason",
        "printer.v1.RemoveBooksRequest.explanation",
        "printer.v1.ResolveOpenItemRequest.explanation",
        "printer.v1.ResolveUnknownOutcomeRequest.reason",
        "printer.v1.ResumeMachineRequest.reason",
        "printer.v1.RevokeClearanceRequest.reason",
        "printer.v1.ScheduleMaintenanceRequest.reason",
        "printer.v1.UnloadBooksRequest.reason",
    }
