"""Keep the embeddings of several model versions of a finger."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Move the embeddings to a table of their own."""
    op.create_table(
        "embeddings",
        sa.Column("encounter_id", sa.String(64), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("version", sa.String(64), primary_key=True),
        sa.Column("embedding", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(
            ["encounter_id", "position"],
            ["fingers.encounter_id", "fingers.position"],
            ondelete="CASCADE",
        ),
    )
    op.execute(
        "INSERT INTO embeddings (encounter_id, position, version, embedding) "
        "SELECT encounter_id, position, embedding_version, embedding FROM fingers "
        "WHERE embedding IS NOT NULL AND embedding_version IS NOT NULL"
    )
    # Not by copying the table, as Alembic does in SQLite: that would delete what refers to it.
    op.execute("ALTER TABLE fingers DROP COLUMN embedding")
    op.execute("ALTER TABLE fingers DROP COLUMN embedding_version")
