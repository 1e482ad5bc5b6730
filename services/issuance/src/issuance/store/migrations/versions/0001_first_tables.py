"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "applications",
        sa.Column("number", sa.Integer(), autoincrement=True),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("office", sa.String(length=8), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("priority_class", sa.Integer(), nullable=False),
        sa.Column("holder", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("state_since", moment, nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("completed_at", moment),
        sa.Column("queue_number", sa.Integer()),
        sa.Column("applied_on", sa.Date()),
        sa.Column("due_on", sa.Date()),
        sa.Column("first_promised_collection_date", sa.Date()),
        sa.Column("promised_collection_date", sa.Date()),
        sa.Column("date_change_reason", sa.JSON()),
        sa.Column("delayed", sa.Boolean(), nullable=False),
        sa.Column("decision_id", sa.String(), nullable=False),
        sa.Column("own_record_first", sa.Boolean()),
        sa.Column("document_number", sa.String(length=9), nullable=False),
        sa.Column("released_on", sa.Date()),
        sa.Column("print_job", sa.String(), nullable=False),
        sa.Column("book_serial", sa.String(), nullable=False),
        sa.Column("ready_at", moment),
        sa.Column("refusal_reason", sa.JSON()),
        sa.Column("handed_over_at", moment),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("applications_queue", "applications", ["office", "state", "queue_number"])
    op.create_index("applications_released", "applications", ["office", "released_on"])
    counters = op.create_table(
        "counters",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.bulk_insert(
        counters, [{"name": "queue_number", "value": 0}, {"name": "document_number", "value": 0}]
    )
    op.create_table(
        "installed_machines",
        sa.Column("office", sa.String(length=8), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("books_per_day", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("office", "since"),
    )
    op.create_table(
        "outages",
        sa.Column("number", sa.Integer(), autoincrement=True),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("scope", sa.String(length=32), nullable=False),
        sa.Column("office", sa.String(length=8), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("began", moment, nullable=False),
        sa.Column("ended", moment),
        sa.Column("expected_end", moment),
        sa.Column("declared_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("ix_outages_ended", "outages", ["ended"])
    op.create_table(
        "office_plans",
        sa.Column("office", sa.String(length=8), nullable=False),
        sa.Column("change_count", sa.Integer(), nullable=False),
        sa.Column("notified_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("office"),
    )
    op.create_table(
        "idempotency_records",
        sa.Column("caller", sa.String(), nullable=False),
        sa.Column("request_type", sa.String(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("request_digest", sa.LargeBinary(), nullable=False),
        sa.Column("response", sa.LargeBinary(), nullable=False),
        sa.Column("completed_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("caller", "request_type", "request_id"),
    )
    op.create_index("ix_idempotency_records_completed_at", "idempotency_records", ["completed_at"])
    op.create_table(
        "print_event_tokens",
        sa.Column("office", sa.String(length=8), nullable=False),
        sa.Column("resume_token", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("office"),
    )
    op.create_table(
        "history",
        sa.Column("number", sa.Integer(), autoincrement=True),
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("office", sa.String(length=8), nullable=False),
        sa.Column("event", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=32)),
        sa.Column("target", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("payment_receipt", sa.String(), nullable=False),
        sa.Column("interview_notes", sa.String(), nullable=False),
        sa.Column("adjudication_cause", sa.String(length=32)),
        sa.Column("document_number", sa.String(length=9), nullable=False),
        sa.Column("print_job", sa.String(), nullable=False),
        sa.Column("book_serial", sa.String(), nullable=False),
        sa.Column("signed_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["applications.id"]),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("ix_history_case", "history", ["case"])
    op.create_table(
        "notices",
        sa.Column("number", sa.Integer(), autoincrement=True),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("office", sa.String(length=8), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("collect_on", sa.Date()),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.ForeignKeyConstraint(["case"], ["applications.id"]),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("case", "nth"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("ix_notices_case", "notices", ["case"])
    op.create_index("notices_office", "notices", ["office", "number"])
    op.create_table(
        "case_outage_links",
        sa.Column("outage", sa.String(length=64), nullable=False),
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("waiting_since", moment, nullable=False),
        sa.ForeignKeyConstraint(["case"], ["applications.id"]),
        sa.ForeignKeyConstraint(["outage"], ["outages.id"]),
        sa.PrimaryKeyConstraint("outage", "case"),
    )
    op.create_index("ix_case_outage_links_case", "case_outage_links", ["case"])
    op.create_table(
        "fingerprints",
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("samples", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["applications.id"]),
        sa.PrimaryKeyConstraint("case"),
    )
    op.create_table(
        "adjudication_tasks",
        sa.Column("number", sa.Integer(), autoincrement=True),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("office", sa.String(length=8), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("cause", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("decision_id", sa.String(), nullable=False),
        sa.Column("candidates", sa.JSON(), nullable=False),
        sa.Column("calibration", sa.String(), nullable=False),
        sa.Column("claimed_by", sa.String()),
        sa.Column("claimed_at", moment),
        sa.Column("opened_at", moment, nullable=False),
        sa.Column("closed_at", moment),
        sa.ForeignKeyConstraint(["case"], ["applications.id"]),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id"),
    )
    op.create_index("ix_adjudication_tasks_case", "adjudication_tasks", ["case"])
    op.create_index("ix_adjudication_tasks_state", "adjudication_tasks", ["state"])
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("office", sa.String(length=8), nullable=False),
        sa.Column("priority_class", sa.Integer(), nullable=False),
        sa.Column("queue_number", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("clearance", sa.String(), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", moment, nullable=False),
        sa.Column("leased_until", moment),
        sa.Column("leased_by", sa.String(), nullable=False),
        sa.Column("last_error", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["applications.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("kind", "case"),
    )
    op.create_index("ix_outbox_case", "outbox", ["case"])
    op.create_index("outbox_order", "outbox", ["kind", "priority_class", "queue_number"])
    op.create_table(
        "examinations",
        sa.Column("task", sa.String(length=64), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.ForeignKeyConstraint(["task"], ["adjudication_tasks.id"]),
        sa.PrimaryKeyConstraint("task", "nth"),
        sa.UniqueConstraint("task", "by"),
    )
