"""Tables of the books, and of their movements."""

from servicekit.storage.column_types import UtcDateTime
from sqlalchemy import Column, Index, Integer, String, Table, literal_column

from printer.domain.book import BookState
from printer.store.tables.metadata import enum_type, metadata

# The indexes are those of the lists, of the next blank book of a machine and of the counts.
books = Table(
    "books",
    metadata,
    Column("serial", String, primary_key=True),
    Column("state", enum_type(BookState), nullable=False),
    Column("machine_id", String, nullable=False),
    Column("attempt_id", String, nullable=False),
    Column("document_number", String, nullable=False),
    Index("books_by_state", "state", "serial"),
)
# Books in the safe have no machine: a delivery of 100,000 must not be indexed by it. A literal, not
# a parameter, so that the database can tell that a query may use the indexes.
has_machine = books.c.machine_id != literal_column("''")
for name, columns in (
    ("books_by_state_and_machine", (books.c.state, books.c.machine_id, books.c.serial)),
    ("books_by_machine", (books.c.machine_id, books.c.serial)),
):
    Index(name, *columns, sqlite_where=has_machine, postgresql_where=has_machine)
has_document_number = books.c.document_number != ""
Index(
    "books_by_document_number",
    books.c.document_number,
    books.c.serial,
    sqlite_where=has_document_number,
    postgresql_where=has_document_number,
)

# One row a movement, of one book or of a range. state_before: NULL for books received first.
book_movements = Table(
    "book_movements",
    metadata,
    Column("movement_id", Integer, primary_key=True),
    Column("first_serial", String, nullable=False),
    Column("last_serial", String, nullable=False, server_default=""),
    Column("book_count", Integer, nullable=False),
    Column("state_before", enum_type(BookState)),
    Column("state_after", enum_type(BookState), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("who", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("machine_id", String, nullable=False),
    Column("job_id", String, nullable=False),
    Column("delivery_note", String, nullable=False),
    Column("destination", String, nullable=False),
    Column("proposed_by", String, nullable=False),
    Index("book_movements_by_state", "state_after", "at"),
    Index("book_movements_by_book", "first_serial", "movement_id"),
)
# There are few of them, each of many books.
is_of_many_books = book_movements.c.book_count > literal_column("1")
Index(
    "book_movements_by_range",
    book_movements.c.first_serial,
    book_movements.c.last_serial,
    sqlite_where=is_of_many_books,
    postgresql_where=is_of_many_books,
)
