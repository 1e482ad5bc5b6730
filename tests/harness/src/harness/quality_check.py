"""What the reader at an operator's desk sends about a book in hand."""

from pathlib import Path

from passport.printer.v1 import jobs_pb2 as pb

from harness.machine_output import MachineOutput, read_mrz


class NoSuchBook(LookupError):
    """No machine of the country has a page of this book in its output tray."""


def quality_check(country: Path, job_id: str, book_serial: str) -> pb.RecordQualityCheckRequest:
    """Return the request for a good book, with its zone and chip as they are in the output tray.

    country: folder of `harness up`. Raises NoSuchBook.
    """
    for machine in sorted((country / "machines").glob("*")):
        output = MachineOutput(machine.name, machine / "ledger.jsonl", machine / "tray")
        page = output.page(book_serial)
        if page is not None:
            return pb.RecordQualityCheckRequest(
                request_id=f"check-{job_id}"[:64],
                job_id=job_id,
                book_serial=book_serial,
                mrz=read_mrz(page),
                passed=True,
                chip=output.chip(book_serial),
            )
    raise NoSuchBook(f"no output tray below {country / 'machines'} has the book {book_serial}")
