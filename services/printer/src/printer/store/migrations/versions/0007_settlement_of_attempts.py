"""Whether the machine of an attempt of unknown outcome may still print it."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the column; machines have to answer for the attempts whose outcome is unknown now."""
    op.add_column("attempts", sa.Column("settlement", sa.String(32)))
    op.create_index("ix_attempts_settlement", "attempts", ["settlement"])
    op.execute(
        "UPDATE attempts SET settlement = 'UNSETTLED' WHERE outcome IS NULL AND job_id IN "
        "(SELECT job_id FROM jobs WHERE state = 'UNKNOWN_OUTCOME')"
    )
