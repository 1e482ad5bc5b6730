"""Store a movement of many books as one range; index by machine only books that have one."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

_MACHINE_INDEXES = {
    "books_by_state_and_machine": ["state", "machine_id", "serial"],
    "books_by_machine": ["machine_id", "serial"],
}


def upgrade() -> None:
    """Take the last serial of each range from its first; the books of a range follow each other."""
    op.drop_table("moved_books")
    last_serial = sa.Column("last_serial", sa.String, nullable=False, server_default="")
    op.add_column("book_movements", last_serial)
    op.execute("UPDATE book_movements SET last_serial = first_serial WHERE book_count = 1")
    _compute_last_serials()
    op.create_index("book_movements_by_book", "book_movements", ["first_serial", "movement_id"])
    _create_partial_index(
        "book_movements_by_range",
        "book_movements",
        ["first_serial", "last_serial"],
        "book_count > 1",
    )
    for name, columns in _MACHINE_INDEXES.items():
        op.drop_index(name, "books")
        _create_partial_index(name, "books", columns, "machine_id != ''")


def _compute_last_serials() -> None:
    connection = op.get_bind()
    movements = sa.table(
        "book_movements",
        *(sa.column(name) for name in ("movement_id", "first_serial", "last_serial", "book_count")),
    )
    many = sa.select(movements).where(movements.c.book_count > 1)
    for row in connection.execute(many).all():
        letters = row.first_serial.rstrip("0123456789")
        digits = row.first_serial[len(letters) :]
        last = f"{letters}{int(digits) + row.book_count - 1:0{len(digits)}d}"
        connection.execute(
            sa.update(movements)
            .where(movements.c.movement_id == row.movement_id)
            .values(last_serial=last)
        )


def _create_partial_index(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
