"""What a personalisation machine of the office is, and the states that people see it in."""

from dataclasses import dataclass
from enum import Enum


class MachineState(Enum):
    """State of a machine as operators and administrators see it."""

    IDLE = "ready for a job"
    PRINTING = "has a job"
    PAUSED = "paused by an operator"
    MAINTENANCE = "in a maintenance window, or one begins before a job would be finished"
    UNAVAILABLE = (
        "cannot be given a job: has a fault, does not answer, accepts none, was replaced, or must "
        "wait a while after a failure or a start"
    )


@dataclass(frozen=True, slots=True)
class Machine:
    """A registered machine.

    printer_uuid: the `printer-uuid` that it had when it was registered. paused: an operator wants
    it to get no further jobs. certificate_sha256: of the certificate that it must show, 32 bytes;
    None for ipp:// and for what earlier versions registered.
    """

    machine_id: str
    uri: str
    printer_uuid: str
    paused: bool
    certificate_sha256: bytes | None = None
