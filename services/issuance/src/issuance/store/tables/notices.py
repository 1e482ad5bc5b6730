"""Notices to applicants and their delivery."""

from servicekit.storage.column_types import UtcDateTime
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    false,
    text,
)

from issuance.domain.formatting import LocalizedText
from issuance.domain.notice_delivery import NoticeDelivery
from issuance.domain.notices import NoticeKind
from issuance.store.column_types import JsonOf, text_enum
from issuance.store.tables.metadata import case_column, metadata

notices = Table(
    "notices",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    case_column(),
    Column("nth", Integer, nullable=False),
    Column("office", String(8), nullable=False),
    Column("kind", text_enum(NoticeKind), nullable=False),
    Column("collect_on", Date),
    Column("as_if_outage_ended_now", Boolean, nullable=False, server_default=false()),
    Column("text", JsonOf(LocalizedText), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column(
        "delivery",
        text_enum(NoticeDelivery),
        nullable=False,
        server_default=NoticeDelivery.IN_PERSON.value,
    ),
    Column("delivered_at", UtcDateTime),
    Column("delivery_problem", String, nullable=False, server_default=""),
    UniqueConstraint("case", "nth"),
    Index("notices_office", "office", "number"),
    Index(
        "notices_refused",
        "office",
        "number",
        sqlite_where=text("delivery = 'refused'"),
        postgresql_where=text("delivery = 'refused'"),
    ),
)
