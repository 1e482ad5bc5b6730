"""Keys that were added to the trusted ones or withdrawn, and revoked clearances."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add the tables, empty: only the keys of the settings are trusted."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "trusted_keys",
        sa.Column("kid", sa.String, primary_key=True),
        sa.Column("public_key_pem", sa.String, nullable=False),
        sa.Column("put_at", moment, nullable=False),
        sa.Column("put_by", sa.String, nullable=False),
    )
    op.create_table(
        "revocations",
        sa.Column("revocation_id", sa.Integer, primary_key=True),
        sa.Column("clearance_id", sa.String, nullable=False, index=True),
        sa.Column("document_number", sa.String, nullable=False, index=True),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("revoked_at", moment, nullable=False),
        sa.Column("revoked_by", sa.String, nullable=False),
    )
