"""A restore into the same PostgreSQL database is noticed by the id of a table."""

from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Add the id to the identity that is stored, or the next start would suspect a restore."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "UPDATE dispatch SET server_identity = concat_ws(':', server_identity,"
            " CAST(CAST('dispatch' AS regclass) AS oid)) WHERE server_identity <> ''"
        )
