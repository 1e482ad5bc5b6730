"""What callers can do wrong, each with its place in the error catalogue."""

from servicekit.errors import DomainError, ErrorKind


class BadPayload(DomainError):
    """The payload is not personalisation data that can be printed; the field is named."""

    kind = ErrorKind.INVALID
    reason = "BAD_PAYLOAD"


class BadClearance(DomainError):
    """The clearance is not a JWS signed with EdDSA that carries every claim."""

    kind = ErrorKind.INVALID
    reason = "BAD_CLEARANCE"


class ClearanceUnknownKey(DomainError):
    """The clearance names a key that this office does not trust."""

    kind = ErrorKind.DENIED
    reason = "CLEARANCE_UNKNOWN_KEY"


class ClearanceBadSignature(DomainError):
    """The clearance was not signed with the key it names."""

    kind = ErrorKind.DENIED
    reason = "CLEARANCE_BAD_SIGNATURE"


class ClearanceWrongOffice(DomainError):
    """The clearance is for another office."""

    kind = ErrorKind.DENIED
    reason = "CLEARANCE_WRONG_OFFICE"


class ClearanceExpired(DomainError):
    """The clearance is no longer good."""

    kind = ErrorKind.PRECONDITION
    reason = "CLEARANCE_EXPIRED"


class ClearancePayloadMismatch(DomainError):
    """The clearance was signed over another payload or another document number."""

    kind = ErrorKind.DENIED
    reason = "CLEARANCE_PAYLOAD_MISMATCH"


class ClearanceUsed(DomainError):
    """The clearance already made a job; one clearance never makes two books."""

    kind = ErrorKind.PRECONDITION
    reason = "CLEARANCE_USED"


class DocumentAlreadyCleared(DomainError):
    """Another clearance made a job for this document number, and that job was not cancelled."""

    kind = ErrorKind.PRECONDITION
    reason = "DOCUMENT_ALREADY_CLEARED"


class JobNotFound(DomainError):
    """There is no such print job in this office."""

    kind = ErrorKind.NOT_FOUND
    reason = "JOB_NOT_FOUND"


class MachineNotFound(DomainError):
    """There is no such machine in this office."""

    kind = ErrorKind.NOT_FOUND
    reason = "MACHINE_NOT_FOUND"


class MachineAlreadyRegistered(DomainError):
    """The machine at this address is known by another id (metadata: machine_id)."""

    kind = ErrorKind.ALREADY_EXISTS
    reason = "MACHINE_ALREADY_REGISTERED"


class MachineUnreachable(DomainError):
    """The machine does not answer IPP at its address."""

    kind = ErrorKind.UNAVAILABLE
    reason = "MACHINE_UNREACHABLE"


class IllegalTransition(DomainError):
    """The job is not in a state in which this may be done."""

    kind = ErrorKind.PRECONDITION
    reason = "ILLEGAL_TRANSITION"


class WrongBook(DomainError):
    """The book in hand is not the one that this job was given."""

    kind = ErrorKind.PRECONDITION
    reason = "WRONG_BOOK"


class BadRange(DomainError):
    """The serials run past the last one that their number of digits can write."""

    kind = ErrorKind.INVALID
    reason = "BAD_RANGE"


class BooksAlreadyReceived(DomainError):
    """Some of these books were received before; none was received now."""

    kind = ErrorKind.ALREADY_EXISTS
    reason = "BOOKS_ALREADY_RECEIVED"


class BooksNotInSafe(DomainError):
    """Some of these books are not in the safe; none was moved."""

    kind = ErrorKind.PRECONDITION
    reason = "BOOKS_NOT_IN_SAFE"


class BadWatchToken(DomainError):
    """The resume token was not given out by this office; watch again without one."""

    kind = ErrorKind.INVALID
    reason = "BAD_WATCH_TOKEN"
