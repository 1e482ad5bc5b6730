"""Errors that callers of the printer service see; docs/errors.md is made from them."""

from servicekit.errors import DomainError, ErrorKind


class BadPayload(DomainError):
    """The payload is not personalisation data that can be printed; the answer names the field."""

    kind = ErrorKind.INVALID
    reason = "BAD_PAYLOAD"


class BadClearance(DomainError):
    """The clearance is not a JWS with the algorithm EdDSA and all claims."""

    kind = ErrorKind.INVALID
    reason = "BAD_CLEARANCE"


class ClearanceUnknownKey(DomainError):
    """The clearance names a key that this office does not trust."""

    kind = ErrorKind.DENIED
    reason = "CLEARANCE_UNKNOWN_KEY"


class ClearanceBadSignature(DomainError):
    """The clearance was not signed with the key that it names."""

    kind = ErrorKind.DENIED
    reason = "CLEARANCE_BAD_SIGNATURE"


class ClearanceWrongOffice(DomainError):
    """The clearance is for another office."""

    kind = ErrorKind.DENIED
    reason = "CLEARANCE_WRONG_OFFICE"


class ClearanceExpired(DomainError):
    """The clearance has expired."""

    kind = ErrorKind.PRECONDITION
    reason = "CLEARANCE_EXPIRED"


class ClearancePayloadMismatch(DomainError):
    """The clearance was signed over another payload or another document number."""

    kind = ErrorKind.DENIED
    reason = "CLEARANCE_PAYLOAD_MISMATCH"


class ClearanceUsed(DomainError):
    """The clearance was used for a job before; each makes one passport at most."""

    kind = ErrorKind.PRECONDITION
    reason = "CLEARANCE_USED"


class DocumentAlreadyCleared(DomainError):
    """Another clearance was used for this document number, and its job was not cancelled."""

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
    """The machine at this address is registered under another id (metadata: machine_id)."""

    kind = ErrorKind.ALREADY_EXISTS
    reason = "MACHINE_ALREADY_REGISTERED"


class MachineUnreachable(DomainError):
    """No machine answers at this address."""

    kind = ErrorKind.UNAVAILABLE
    reason = "MACHINE_UNREACHABLE"


class IllegalTransition(DomainError):
    """The job is not in a state in which this is possible."""

    kind = ErrorKind.PRECONDITION
    reason = "ILLEGAL_TRANSITION"


class WrongBook(DomainError):
    """The serial read from the book is not that of the book assigned to this job."""

    kind = ErrorKind.PRECONDITION
    reason = "WRONG_BOOK"


class BadRange(DomainError):
    """The serials exceed the highest one that their number of digits can express."""

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
