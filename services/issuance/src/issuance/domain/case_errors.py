"""Why a case is not found, or a step with it is refused."""

from servicekit.errors import DomainError, ErrorKind


class ApplicationNotFound(DomainError):
    """No application has the given id."""

    kind = ErrorKind.NOT_FOUND
    reason = "APPLICATION_NOT_FOUND"


class AtThePrinter(DomainError):
    """Its data are at the printer: the office cancels the print job first (metadata: job_id)."""

    kind = ErrorKind.PRECONDITION
    reason = "AT_THE_PRINTER"


class BookMade(DomainError):
    """Its book is made with the former data, and an application has one book."""

    kind = ErrorKind.PRECONDITION
    reason = "BOOK_MADE"


class IdentificationDue(DomainError):
    """The applicant was only verified with their own record, and is identified first."""

    kind = ErrorKind.PRECONDITION
    reason = "IDENTIFICATION_DUE"


class PersonRequired(DomainError):
    """Renewals and replacements name the person on record; new applications name nobody."""

    kind = ErrorKind.INVALID
    reason = "PERSON_REQUIRED"


class ApplicationOpen(DomainError):
    """The person has an application that has not ended (metadata: application_id, if visible)."""

    kind = ErrorKind.PRECONDITION
    reason = "APPLICATION_OPEN"

    def __init__(self, application_id: str = "") -> None:
        super().__init__("the person has another application that has not ended")
        if application_id:
            self.metadata["application_id"] = application_id
