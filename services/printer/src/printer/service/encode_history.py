"""Encode events of jobs, books, machines and trusted keys as messages of the contract."""

from passport.printer.v1 import admin_pb2, stock_pb2
from passport.printer.v1 import history_pb2 as pb
from servicekit.grpc.enum_codes import enum_codes

from printer.domain.job import RecordedJobEvent
from printer.domain.movement import MachineAction, MachineEvent, Movement
from printer.domain.serial_range import SerialRange
from printer.domain.trusted_key import TrustPeriod
from printer.service.encode_machines import maintenance_window
from printer.service.encode_stock import BOOK_STATES
from printer.service.encode_values import timestamp

_ACTIONS = enum_codes(MachineAction, pb.MachineAction)


def job_event(recorded: RecordedJobEvent) -> pb.JobEvent:
    """Encode an event of a print job."""
    return pb.JobEvent(
        revision=recorded.revision,
        event=recorded.event.name,
        description=recorded.event.value,
        at=timestamp(recorded.by.at),
        who=recorded.by.who,
        reason=recorded.reason,
    )


def book_event(movement: Movement) -> pb.BookEvent:
    """Encode a movement of a book."""
    before = movement.before
    return pb.BookEvent(
        state_before=BOOK_STATES[before] if before else stock_pb2.BOOK_STATE_UNSPECIFIED,
        state_after=BOOK_STATES[movement.after],
        books=book_range(movement.books),
        at=timestamp(movement.by.at),
        who=movement.by.who,
        reason=movement.reason,
        machine_id=movement.machine_id,
        job_id=movement.job_id,
        delivery_note=movement.delivery_note,
        proposed_by=movement.proposed_by,
        destination=movement.destination,
    )


def machine_event(event: MachineEvent) -> pb.MachineEvent:
    """Encode what somebody did with a machine."""
    return pb.MachineEvent(
        action=_ACTIONS[event.action],
        at=timestamp(event.by.at),
        who=event.by.who,
        reason=event.reason,
        uri=event.uri,
        printer_uuid=event.printer_uuid,
        certificate_sha256=event.certificate_sha256 or b"",
        books=book_range(event.books) if event.books else None,
        maintenance=maintenance_window(event.maintenance) if event.maintenance else None,
    )


def trust_period(period: TrustPeriod) -> admin_pb2.TrustedKey:
    """Encode a time in which a key was trusted."""
    message = admin_pb2.TrustedKey(kid=period.kid, public_key_pem=period.public_key_pem)
    if (began := period.began) is not None:
        message.trusted_at.CopyFrom(timestamp(began.by.at))
        message.trusted_by, message.proposed_by = began.by.who, began.proposed_by
        message.reason = began.reason
    if (ended := period.ended) is not None:
        message.trusted_until.CopyFrom(timestamp(ended.by.at))
        message.ended_by, message.ended_reason = ended.by.who, ended.reason
    return message


def book_range(books: SerialRange) -> stock_pb2.BookRange:
    """Encode a range of books."""
    return stock_pb2.BookRange(first_serial=books.first, count=books.count)
