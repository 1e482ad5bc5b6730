"""Numbers and names of IPP that the client and the simulated printer both use (RFC 8011)."""

from enum import IntEnum

# Job attributes of this system, described in docs/printer.md: the blank book that the machine
# pulls, what the document must be, and what was printed. Digests announced and printed have
# different names because machines echo attributes that they do not know: an announced digest must
# not pass for that of a printed page.
BOOK_SERIAL = "passport-book-serial"
DOCUMENT_SHA256 = "passport-document-sha256"
DOCUMENT_LENGTH = "passport-document-length"
PRINTED_SHA256 = "passport-printed-sha256"
CHIP_SHA256 = "passport-chip-sha256"
# A reason of job-state-reasons: the chip could not be written.
CHIP_WRITE_FAILED = "passport-chip-write-failed"


class Operation(IntEnum):
    """Values of operation-id (RFC 8011 section 5.4.15, "operations-supported")."""

    CREATE_JOB = 0x0005
    SEND_DOCUMENT = 0x0006
    CANCEL_JOB = 0x0008
    GET_JOB_ATTRIBUTES = 0x0009
    GET_JOBS = 0x000A
    GET_PRINTER_ATTRIBUTES = 0x000B


class StatusCode(IntEnum):
    """Values of status-code (RFC 8011 appendix B); all below BAD_REQUEST mean success."""

    OK = 0x0000
    BAD_REQUEST = 0x0400
    NOT_POSSIBLE = 0x0404
    NOT_FOUND = 0x0406
    ATTRIBUTES_NOT_SUPPORTED = 0x040B
    INTERNAL_ERROR = 0x0500
    OPERATION_NOT_SUPPORTED = 0x0501
    NOT_ACCEPTING_JOBS = 0x0506
    BUSY = 0x0507


class IppJobState(IntEnum):
    """Values of job-state (RFC 8011 section 5.3.7)."""

    PENDING = 3
    PENDING_HELD = 4
    PROCESSING = 5
    PROCESSING_STOPPED = 6
    CANCELED = 7
    ABORTED = 8
    COMPLETED = 9


class IppPrinterState(IntEnum):
    """Values of printer-state (RFC 8011 section 5.4.11)."""

    IDLE = 3
    PROCESSING = 4
    STOPPED = 5
