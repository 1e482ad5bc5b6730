"""What the making of its book changes in a case, from its release to the finished book."""

from dataclasses import replace
from datetime import date

from issuance.domain.case import Case
from issuance.domain.case_errors import AtThePrinter, BookMade
from issuance.domain.print_failure import PrintFailure


def released(case: Case, on: date, expires_on: date) -> Case:
    """Return the case, released to the printer on a day. expires_on: last day of its book."""
    return replace(case, released_on=on, issued_on=on, expires_on=expires_on)


def on_page(case: Case, document_number: str, issued_on: date, expires_on: date) -> Case:
    """Return the case with the number and the days that a page made before shows."""
    return replace(
        case, document_number=document_number, issued_on=issued_on, expires_on=expires_on
    )


def with_print_job(case: Case, job: str) -> Case:
    """Return the next revision of the case, with the print job that makes its book."""
    return replace(case, print_job=job, revision=case.revision + 1)


def not_printed(case: Case) -> Case:
    """Return the case whose book is not made after all; that of its day is another's."""
    return replace(case, released_on=None)


def without_print_job(case: Case) -> Case:
    """Return the case without the print job that its printer has lost."""
    return replace(case, print_job="")


def require_not_printing(case: Case) -> None:
    """Raise AtThePrinter while the case's data are at the printer."""
    if case.is_at_the_printer:
        raise AtThePrinter(
            "the printing office must cancel the print job first (CancelPrintJob)",
            job_id=case.print_job,
        )


def require_no_book(case: Case) -> None:
    """Raise AtThePrinter or BookMade: other data or another photo are printed no more."""
    require_not_printing(case)
    if case.book_serial:
        raise BookMade("withdraw the application, destroy the book and apply again")


def print_failed(case: Case, failure: PrintFailure) -> Case:
    """Return the case without its print job; the book of its day is another's.

    What is printed next may be a passport: not under the number of an emergency document.
    """
    number = "" if case.makes_emergency_document else case.document_number
    return replace(
        case, released_on=None, print_job="", print_failure=failure, document_number=number
    )


def printed(case: Case, book_serial: str) -> Case:
    """Return the case with its finished book."""
    return replace(case, book_serial=book_serial, print_failure=None)
