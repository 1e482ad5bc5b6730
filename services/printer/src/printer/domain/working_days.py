"""What a working day is, and the mean over working days: one definition for rates and forecasts."""

from collections.abc import Collection

from printer.domain.book import BookState

USED = (BookState.ISSUED, BookState.SPOILED, BookState.LOST)
"""A working day is a day on which any book of the stock came into one of these states."""


def mean_of_working_days(books_by_day: Collection[int]) -> float | None:
    """Return the mean number of books; None without a working day.

    books_by_day: a number for each working day and for no other; those of a kind that was not made
    on a working day are 0.
    """
    return sum(books_by_day) / len(books_by_day) if books_by_day else None
