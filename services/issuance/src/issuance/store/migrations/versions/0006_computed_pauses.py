"""Clock pauses are computed: history tells how long a state lasted, and no case is linked to an
outage."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_STATE_ENTERED = """
    UPDATE history SET source_since = (
        SELECT max(entered.at) FROM history AS entered
        WHERE entered."case" = history."case" AND entered.number < history.number
            AND (entered.source IS NULL OR entered.source <> entered.target)
    )
    WHERE source IS NOT NULL
"""
_CASES_COUNTED = """
    UPDATE outages SET cases = (
        SELECT count(*) FROM case_outage_links WHERE case_outage_links.outage = outages.id
    )
    WHERE ended IS NOT NULL
"""


def upgrade() -> None:
    """Add when each state was entered and how many waited for an outage; drop the links."""
    op.add_column("history", sa.Column("source_since", sa.DateTime(timezone=True)))
    op.execute(_STATE_ENTERED)
    op.create_index("history_left", "history", ["source", "at"])
    op.create_index("applications_state", "applications", ["state", "state_since"])
    op.add_column("outages", sa.Column("cases", sa.Integer()))
    op.execute(_CASES_COUNTED)
    op.drop_table("case_outage_links")
