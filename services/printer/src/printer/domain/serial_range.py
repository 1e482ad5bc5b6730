"""Serials of books, and ranges of consecutive ones."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from printer.domain.errors import BadRange


@dataclass(frozen=True, slots=True)
class SerialRange:
    """`count` consecutive serials beginning with `first`.

    A serial is one or two letters and 6 to 8 digits. Raises BadRange if `first` is none, `count` is
    below 1, or the range needs more digits than `first` has.
    """

    first: str
    count: int

    def __post_init__(self) -> None:
        if re.fullmatch("[A-Z]{1,2}[0-9]{6,8}", self.first) is None:
            raise BadRange(f"{self.first!r} is not a serial", field="books.first_serial")
        if self.count < 1 or self.first_number + self.count > 10**self.digits:
            raise BadRange(
                f"there are no {self.count} serials from {self.first} on", field="books.count"
            )

    @property
    def letters(self) -> str:
        """The letters that all serials begin with."""
        return self.first.rstrip("0123456789")

    @property
    def digits(self) -> int:
        """Number of digits of each serial."""
        return len(self.first) - len(self.letters)

    @property
    def first_number(self) -> int:
        """The digits of the first serial as a number."""
        return int(self.first[len(self.letters) :])

    @property
    def last(self) -> str:
        """The last serial of the range, which belongs to it."""
        return f"{self.letters}{self.first_number + self.count - 1:0{self.digits}d}"

    @property
    def series(self) -> tuple[str, int]:
        """Letters and number of digits: serials follow each other within a series."""
        return self.letters, self.digits

    @property
    def end_number(self) -> int:
        """The digits of the serial after the last one as a number."""
        return self.first_number + self.count

    def part(self, start: int, end: int) -> "SerialRange":
        """Return the serials of the same series from the number `start` on, before `end`."""
        return SerialRange(f"{self.letters}{start:0{self.digits}d}", end - start)

    def overlaps(self, other: "SerialRange") -> bool:
        """Return whether any serial is in both."""
        return (
            self.series == other.series
            and self.first_number < other.end_number
            and other.first_number < self.end_number
        )

    def __iter__(self) -> Iterator[str]:
        numbers = range(self.first_number, self.first_number + self.count)
        return (f"{self.letters}{number:0{self.digits}d}" for number in numbers)

    def __contains__(self, serial: str) -> bool:
        return len(serial) == len(self.first) and self.first <= serial <= self.last


def join(ranges: Iterable[SerialRange]) -> list[SerialRange]:
    """Return the same serials in as few ranges as possible, by series and number."""
    joined: list[SerialRange] = []
    for each in sorted(ranges, key=lambda books: (books.series, books.first_number)):
        last = joined[-1] if joined else None
        if last and last.series == each.series and each.first_number <= last.end_number:
            joined[-1] = last.part(last.first_number, max(last.end_number, each.end_number))
        else:
            joined.append(each)
    return joined


def subtract(ranges: Iterable[SerialRange], others: Iterable[SerialRange]) -> list[SerialRange]:
    """Return the serials of `ranges` that are in none of the others, in as few as possible."""
    taken = join(others)
    return [part for books in join(ranges) for part in _gaps(books, taken)]


def _gaps(books: SerialRange, taken: list[SerialRange]) -> Iterator[SerialRange]:
    start, end = books.first_number, books.end_number
    for each in taken:
        if each.series != books.series or each.end_number <= start or each.first_number >= end:
            continue
        if each.first_number > start:
            yield books.part(start, each.first_number)
        start = each.end_number
    if start < end:
        yield books.part(start, end)
