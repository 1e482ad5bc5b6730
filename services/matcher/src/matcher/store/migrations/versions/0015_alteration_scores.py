"""Keep what was found about the ridges of each finger; of earlier ones nothing is known."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add the columns of the score and of the detector that gave it."""
    op.add_column("fingers", sa.Column("alteration_score", sa.Float))
    op.add_column("fingers", sa.Column("alteration_detector", sa.String))
