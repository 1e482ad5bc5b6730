"""The certificate that a machine must show, in its history too, and whether it shows another."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Add the columns; machines registered before have no certificate."""
    op.add_column("machines", sa.Column("certificate_sha256", sa.LargeBinary))
    op.add_column("machine_history", sa.Column("certificate_sha256", sa.LargeBinary))
    op.add_column(
        "machine_observations",
        sa.Column("certificate_changed", sa.Boolean, nullable=False, server_default=sa.false()),
    )
