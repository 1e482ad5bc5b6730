"""Encode machines, their maintenance, throughput and samples as messages of the contract."""

from google.protobuf.duration_pb2 import Duration
from passport.printer.v1 import machines_pb2
from servicekit.grpc.enum_codes import enum_codes

from printer.domain.machine import MachineState
from printer.domain.maintenance import MaintenanceWindow
from printer.domain.sample import Sample
from printer.domain.throughput import Period, Throughput
from printer.domain.two_persons import Proposal
from printer.service.encode_values import proposal, timestamp
from printer.use_cases.machines import MachineView

_MACHINE_STATES = enum_codes(MachineState, machines_pb2.MachineState)


def machine(view: MachineView) -> machines_pb2.Machine:
    """Encode a machine."""
    message = machines_pb2.Machine(
        machine_id=view.machine.machine_id,
        uri=view.machine.uri,
        state=_MACHINE_STATES[view.state],
        reasons=view.reasons,
        books_printed=view.books_printed,
        books_loaded=view.books_loaded,
        printer_uuid=view.machine.printer_uuid,
        certificate_sha256=view.machine.certificate_sha256 or b"",
        maintenance=[maintenance_window(window) for window in view.maintenance],
    )
    if view.last_contact_at is not None:
        message.last_contact_at.CopyFrom(timestamp(view.last_contact_at))
    return message


def maintenance_window(window: MaintenanceWindow) -> machines_pb2.MaintenanceWindow:
    """Encode a maintenance window of a machine."""
    return machines_pb2.MaintenanceWindow(
        window_id=window.window_id,
        starts_at=timestamp(window.starts_at),
        ends_at=timestamp(window.ends_at),
        reason=window.reason,
        scheduled_by=window.by.who,
        scheduled_at=timestamp(window.by.at),
    )


def throughput(
    period: Period, machines: list[Throughput], total: Throughput
) -> machines_pb2.GetThroughputResponse:
    """Encode what machines did in a period."""
    return machines_pb2.GetThroughputResponse(
        starts_at=timestamp(period.starts_at),
        ends_at=timestamp(period.ends_at),
        machines=[_throughput(each) for each in machines],
        total=_throughput(total),
    )


def _throughput(measured: Throughput) -> machines_pb2.Throughput:
    in_use = Duration()
    in_use.FromTimedelta(measured.in_use)
    return machines_pb2.Throughput(
        machine_id=measured.machine_id,
        books_passed=measured.books_passed,
        books_spoiled=measured.books_spoiled,
        books_lost=measured.books_lost,
        in_use=in_use,
        seconds_per_book=measured.seconds_per_book,
        books_per_working_day=measured.books_per_working_day,
    )


def requested_sample(requested: Sample | Proposal) -> machines_pb2.PrintSampleResponse:
    """Encode a sample print that was asked for, or that a second person has to confirm."""
    if isinstance(requested, Proposal):
        return machines_pb2.PrintSampleResponse(proposal=proposal(requested))
    return machines_pb2.PrintSampleResponse(
        sample_id=requested.sample_id, book_serial=requested.book_serial
    )
