"""Movements of books and events of machines; deliveries become movements."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Create the tables, fill them from the deliveries, and index the lists of books."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "book_movements",
        sa.Column("movement_id", sa.Integer, primary_key=True),
        sa.Column("first_serial", sa.String, nullable=False),
        sa.Column("book_count", sa.Integer, nullable=False),
        sa.Column("state_before", sa.String(32)),
        sa.Column("state_after", sa.String(32), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("machine_id", sa.String, nullable=False),
        sa.Column("job_id", sa.String, nullable=False),
        sa.Column("delivery_note", sa.String, nullable=False),
    )
    op.create_index("book_movements_by_state", "book_movements", ["state_after", "at"])
    op.create_table(
        "moved_books",
        sa.Column("serial", sa.String, primary_key=True),
        sa.Column("movement_id", sa.Integer, primary_key=True, autoincrement=False),
    )
    op.create_table(
        "machine_history",
        sa.Column("event_number", sa.Integer, primary_key=True),
        sa.Column("machine_id", sa.String, sa.ForeignKey("machines.machine_id"), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("uri", sa.String, nullable=False),
        sa.Column("printer_uuid", sa.String, nullable=False),
        sa.Column("first_serial", sa.String),
        sa.Column("book_count", sa.Integer),
    )
    op.create_index("machine_history_by_machine", "machine_history", ["machine_id", "event_number"])
    _deliveries_become_movements()
    op.drop_index("ix_books_state", "books")
    op.drop_index("ix_books_machine_id", "books")
    op.create_index("books_by_state", "books", ["state", "serial"])
    op.create_index("books_by_state_and_machine", "books", ["state", "machine_id", "serial"])
    op.create_index("books_by_machine", "books", ["machine_id", "serial"])
    has_document_number = sa.text("document_number != ''")
    op.create_index(
        "books_by_document_number",
        "books",
        ["document_number", "serial"],
        sqlite_where=has_document_number,
        postgresql_where=has_document_number,
    )
    op.create_index("ix_jobs_application_id", "jobs", ["application_id"])


def _deliveries_become_movements() -> None:
    op.execute(
        "INSERT INTO book_movements (first_serial, book_count, state_before, state_after, at, who, "
        "reason, machine_id, job_id, delivery_note) SELECT first_serial, count, NULL, 'SAFE', "
        "received_at, received_by, '', '', '', delivery_note FROM deliveries ORDER BY received_at"
    )
    # The serials of a delivery have the letters and the number of digits of the first, and follow
    # it in the order of text; each book was received once.
    op.execute(
        "INSERT INTO moved_books (serial, movement_id) SELECT serial, (SELECT movement_id "
        "FROM book_movements WHERE length(first_serial) = length(serial) "
        "AND first_serial <= serial ORDER BY first_serial DESC LIMIT 1) FROM books"
    )
    op.drop_table("deliveries")
