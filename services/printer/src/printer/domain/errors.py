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


class ClearanceNotReleasedYet(DomainError):
    """Issuance released the passport in the future by this service's clock: set the clocks."""

    kind = ErrorKind.PRECONDITION
    reason = "CLEARANCE_NOT_RELEASED_YET"


class ClearanceRevoked(DomainError):
    """The clearance was revoked, by its id or its document number."""

    kind = ErrorKind.PRECONDITION
    reason = "CLEARANCE_REVOKED"


class ClearancePayloadMismatch(DomainError):
    """The clearance was signed over another payload or another document number."""

    kind = ErrorKind.DENIED
    reason = "CLEARANCE_PAYLOAD_MISMATCH"


class ClearanceUsed(DomainError):
    """The clearance was used for a job before; each makes one passport at most."""

    kind = ErrorKind.PRECONDITION
    reason = "CLEARANCE_USED"


class DocumentAlreadyCleared(DomainError):
    """The document number or the application has a job, neither cancelled nor failed (job_id)."""

    kind = ErrorKind.PRECONDITION
    reason = "DOCUMENT_ALREADY_CLEARED"


class ChipNotSigned(DomainError):
    """The data of the chip could not be signed now: the document signer must be seen to."""

    kind = ErrorKind.UNAVAILABLE
    reason = "CHIP_NOT_SIGNED"


class ChipMismatch(DomainError):
    """The files read from the chip are not those that were made for this passport."""

    kind = ErrorKind.PRECONDITION
    reason = "CHIP_MISMATCH"


class ChipNotRead(DomainError):
    """The chip of a book must be read before it passes, or two persons let it pass unread."""

    kind = ErrorKind.PRECONDITION
    reason = "CHIP_NOT_READ"


class JobNotFound(DomainError):
    """There is no such print job in this office."""

    kind = ErrorKind.NOT_FOUND
    reason = "JOB_NOT_FOUND"


class MachineNotFound(DomainError):
    """There is no such machine in this office."""

    kind = ErrorKind.NOT_FOUND
    reason = "MACHINE_NOT_FOUND"


class NoBlankBook(DomainError):
    """The machine has no blank book."""

    kind = ErrorKind.PRECONDITION
    reason = "NO_BLANK_BOOK"


class SampleInProgress(DomainError):
    """The machine has a sample page that is not printed yet."""

    kind = ErrorKind.PRECONDITION
    reason = "SAMPLE_IN_PROGRESS"


class MaintenanceNotFound(DomainError):
    """The machine has no such maintenance window, or it is over or cancelled."""

    kind = ErrorKind.NOT_FOUND
    reason = "MAINTENANCE_NOT_FOUND"


class MachineAlreadyRegistered(DomainError):
    """The machine at this address is registered under another id (metadata: machine_id)."""

    kind = ErrorKind.ALREADY_EXISTS
    reason = "MACHINE_ALREADY_REGISTERED"


class MachineUnreachable(DomainError):
    """No machine answers at this address."""

    kind = ErrorKind.UNAVAILABLE
    reason = "MACHINE_UNREACHABLE"


class MachineAddressNotAllowed(DomainError):
    """The machine's address is outside the setting machine_networks, or link-local."""

    kind = ErrorKind.INVALID
    reason = "MACHINE_ADDRESS_NOT_ALLOWED"


class IllegalTransition(DomainError):
    """The job is not in a state in which this is possible."""

    kind = ErrorKind.PRECONDITION
    reason = "ILLEGAL_TRANSITION"


class AttemptNotFound(DomainError):
    """The job has no such attempt."""

    kind = ErrorKind.NOT_FOUND
    reason = "ATTEMPT_NOT_FOUND"


class AttemptUnsettled(DomainError):
    """A machine may still print an earlier attempt: it has to answer, or two persons to confirm."""

    kind = ErrorKind.PRECONDITION
    reason = "ATTEMPT_UNSETTLED"


class WrongBook(DomainError):
    """The serial read is not that of the assigned book, or not of one the machine can have used."""

    kind = ErrorKind.PRECONDITION
    reason = "WRONG_BOOK"


class MrzMismatch(DomainError):
    """The zone read from the book differs from the data; read it again (metadata: tries_left)."""

    kind = ErrorKind.PRECONDITION
    reason = "MRZ_MISMATCH"


class PageImageUnreadable(DomainError):
    """No machine readable zone can be read from the image; scan again, or type the zone."""

    kind = ErrorKind.INVALID
    reason = "PAGE_IMAGE_UNREADABLE"


class SecondPersonRequired(DomainError):
    """The same person proposed this, or mistyped the zone three times; somebody else must look."""

    kind = ErrorKind.PRECONDITION
    reason = "SECOND_PERSON_REQUIRED"


class BookInUse(DomainError):
    """The book has another attempt that has not ended (metadata: book_serial)."""

    kind = ErrorKind.PRECONDITION
    reason = "BOOK_IN_USE"


class GoodBookExists(DomainError):
    """The job has a good book already; each makes one passport."""

    kind = ErrorKind.PRECONDITION
    reason = "GOOD_BOOK_EXISTS"


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


class BooksElsewhere(DomainError):
    """Some of these books are not where they are to be moved from; none was moved."""

    kind = ErrorKind.PRECONDITION
    reason = "BOOKS_ELSEWHERE"


class IllegalBookTransition(DomainError):
    """The books are not in a state in which this is possible."""

    kind = ErrorKind.PRECONDITION
    reason = "ILLEGAL_BOOK_TRANSITION"


class AlreadyHandedOver(DomainError):
    """The book was handed over to the collection desk before."""

    kind = ErrorKind.PRECONDITION
    reason = "ALREADY_HANDED_OVER"


class BookNotFound(DomainError):
    """No book of this serial was ever received by this office."""

    kind = ErrorKind.NOT_FOUND
    reason = "BOOK_NOT_FOUND"


class TooManyDifferences(DomainError):
    """The count differs from the records in more than 1000 ranges; nothing was recorded."""

    kind = ErrorKind.PRECONDITION
    reason = "TOO_MANY_DIFFERENCES"


class OpenItemNotFound(DomainError):
    """No item of this number is open; it may have been resolved."""

    kind = ErrorKind.NOT_FOUND
    reason = "OPEN_ITEM_NOT_FOUND"


class BadWatchToken(DomainError):
    """The resume token was not given out by this office; watch again without one."""

    kind = ErrorKind.INVALID
    reason = "BAD_WATCH_TOKEN"


class NothingToRelease(DomainError):
    """No restore of the database waits to be released."""

    kind = ErrorKind.PRECONDITION
    reason = "NOTHING_TO_RELEASE"
