"""Add which applicants were verified only, and the rate of verifications."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op
from servicekit.storage.column_types import UtcDateTime

revision = "0029"
down_revision = "0028"

_NUMBERS = ("per_second", "granted", "allowance", "bad_share", "failures")
_TIMES = ("counted_at", "grown_at", "cut_at", "canary_until", "paused_until")
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_RATE = sa.table(
    "identification_rate",
    sa.column("name"),
    *(sa.column(name) for name in _NUMBERS),
    *(sa.column(name, UtcDateTime) for name in _TIMES),
)


def upgrade() -> None:
    """Add column and row; no earlier applicant was verified only."""
    due: sa.Column[bool] = sa.Column(
        "identification_due", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("applications", due)
    row = dict.fromkeys(_NUMBERS, 0) | dict.fromkeys(_TIMES, _BEGINNING)
    op.bulk_insert(_RATE, [{"name": "verification", **row}])
