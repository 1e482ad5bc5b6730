"""The events of each application."""

from servicekit.storage.column_types import UtcDateTime
from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table

from issuance.domain.adjudication_referral import AdjudicationCause
from issuance.domain.collector import Collector
from issuance.domain.events import ApplicationEvent
from issuance.domain.finger_check import FingerCheck
from issuance.domain.guardian import GuardianRelation
from issuance.domain.replacement import LossFinding
from issuance.domain.states import ApplicationState
from issuance.store.column_types import text_enum
from issuance.store.tables.metadata import case_column, metadata

history = Table(
    "history",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    case_column(),
    Column("office", String(8), nullable=False),
    Column("event", text_enum(ApplicationEvent), nullable=False),
    Column("source", text_enum(ApplicationState)),
    Column("target", text_enum(ApplicationState), nullable=False),
    Column("by", String, nullable=False),
    Column("on_behalf_of", String, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    # When the state `source` was entered, so that a row tells how long the case was in it.
    Column("source_since", UtcDateTime),
    # What came with the event; empty where it does not belong to it.
    Column("reason", String, nullable=False),
    Column("payment_receipt", String, nullable=False),
    Column("interview_notes", String, nullable=False),
    Column("adjudication_cause", text_enum(AdjudicationCause)),
    Column("document_number", String(9), nullable=False),
    Column("print_job", String, nullable=False),
    Column("book_serial", String, nullable=False),
    Column("signed_by", String, nullable=False),
    Column("previous_holder", LargeBinary),
    Column("corrected_holder", LargeBinary),
    Column("collected_by", text_enum(Collector)),
    Column("guardian_present", text_enum(GuardianRelation)),
    Column("loss_finding", text_enum(LossFinding)),
    Column("amount_rupiah", BigInteger),
    Column("finger_check", text_enum(FingerCheck)),
    Column("finger_check_decision", String, nullable=False, server_default=""),
    Column("finger_check_request", String(64), nullable=False, server_default=""),
    Column("previous_identity_number", String(20), nullable=False, server_default=""),
    Column("corrected_identity_number", String(20), nullable=False, server_default=""),
    # For the cases that waited for an outage: of all offices, and of one.
    Index("history_left", "source", "at"),
    Index("history_left_at_office", "office", "source", "at"),
)
