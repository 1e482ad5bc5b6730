"""Encode books, and how many there are, as messages of the contract."""

from passport.printer.v1 import stock_pb2
from servicekit.grpc.enum_codes import enum_codes

from printer.domain.book import Book, BookState
from printer.use_cases.stock import BookBalance

BOOK_STATES = enum_codes(BookState, stock_pb2.BookState)


def book(book: Book) -> stock_pb2.Book:
    """Encode a book."""
    return stock_pb2.Book(
        serial=book.serial,
        state=BOOK_STATES[book.state],
        machine_id=book.machine_id,
        attempt_id=book.attempt_id,
        document_number=book.document_number,
    )


def book_balance(balance: BookBalance) -> stock_pb2.BookBalance:
    """Encode the number of books in each state."""
    counts = {state.name.lower(): number for state, number in balance.by_state.items()}
    return stock_pb2.BookBalance(received=balance.received, **counts)
