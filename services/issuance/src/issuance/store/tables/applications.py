"""The applications. The columns are the fields of `Case`."""

from servicekit.storage.column_types import UtcDateTime
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    false,
    text,
)

from issuance.domain.application_type import ApplicationType
from issuance.domain.collection_plan import PriorityClass
from issuance.domain.collector import Proxy
from issuance.domain.formatting import LocalizedText
from issuance.domain.guardian import Guardian
from issuance.domain.print_failure import PrintFailure
from issuance.domain.replacement import LossFinding
from issuance.domain.states import ApplicationState
from issuance.store.column_types import IntegerEnum, JsonOf, text_enum
from issuance.store.tables.metadata import metadata, unique_where

TO_BE_ERASED = "(email <> '' OR phone <> '' OR proxy IS NOT NULL)"

_IS_UNIDENTIFIED_HOLDER = "state = 'handed_over' AND identification_due"
IS_UNIDENTIFIED_HOLDER = text(
    "applications.state = 'handed_over' AND applications.identification_due"
)
"""Got an emergency document and is still to be identified. As text, for the index to be used."""

_IS_OPEN = f"state NOT IN ('handed_over', 'refused', 'withdrawn') OR ({_IS_UNIDENTIFIED_HOLDER})"

applications = Table(
    "applications",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("office", String(8), nullable=False),
    Column("type", text_enum(ApplicationType), nullable=False),
    Column("priority_class", IntegerEnum(PriorityClass), nullable=False),
    Column("holder", LargeBinary, nullable=False),
    Column("person_id", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("state_since", UtcDateTime, nullable=False),
    Column("state", text_enum(ApplicationState), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("completed_at", UtcDateTime),
    Column("queue_number", Integer),
    Column("applied_on", Date),
    Column("due_on", Date),
    Column("first_promised_collection_date", Date),
    Column("promised_collection_date", Date),
    Column("date_change_reason", JsonOf(LocalizedText)),
    Column("delayed", Boolean, nullable=False),
    Column("date_tentative", Boolean, nullable=False, server_default=false()),
    Column("change_notified_at", UtcDateTime),
    Column("decision_id", String, nullable=False),
    Column("own_record_first", Boolean),
    Column("document_number", String(9), nullable=False),
    Column("released_on", Date),
    Column("print_job", String, nullable=False),
    Column("book_serial", String, nullable=False),
    Column("ready_at", UtcDateTime),
    Column("refusal_reason", JsonOf(LocalizedText)),
    Column("handed_over_at", UtcDateTime),
    Column("portrait_accepted_at", UtcDateTime),
    Column("print_failure", JsonOf(PrintFailure)),
    Column("issued_on", Date),
    Column("encounter_number", Integer, nullable=False, server_default="1"),
    Column("linked", Boolean, nullable=False, server_default=false()),
    Column("appeal_granted_by", String, nullable=False, server_default=""),
    Column("expires_on", Date),
    Column("guardians", JsonOf(tuple[Guardian, ...]), nullable=False, server_default="[]"),
    Column("married", Boolean, nullable=False, server_default=false()),
    Column("police_report", String, nullable=False, server_default=""),
    Column("returned_document", String, nullable=False, server_default=""),
    Column("loss_finding", text_enum(LossFinding)),
    Column("force_majeure", String, nullable=False, server_default=""),
    Column("without_fingerprints", Boolean, nullable=False, server_default=false()),
    Column("come_back_on", Date),
    Column("fee_rupiah", BigInteger),
    Column("penalty_rupiah", BigInteger),
    Column("identification_due", Boolean, nullable=False, server_default=false()),
    Column("reference", String(8), nullable=False, server_default=""),
    Column("travel_ban_hits", JsonOf(tuple[str, ...]), nullable=False, server_default="[]"),
    Column("travel_bans_cleared", JsonOf(tuple[str, ...]), nullable=False, server_default="[]"),
    Column("holder_differences", JsonOf(tuple[str, ...]), nullable=False, server_default="[]"),
    Column("email", String(254), nullable=False, server_default=""),
    Column("phone", String(16), nullable=False, server_default=""),
    Column("language", String(2), nullable=False, server_default=""),
    Column("proxy", JsonOf(Proxy)),
    Column("collect_until", Date),
    Column("legal_due_on", Date),
    Column("emergency_days", Integer),
    Column("first_approved_by", String, nullable=False, server_default=""),
    Column("finger_mismatches", Integer, nullable=False, server_default="0"),
    Column("finger_check_waived", Boolean, nullable=False, server_default=false()),
    Column("identity_number", String(20), nullable=False, server_default=""),
    # The number of its latest change, for watchers; empty until somebody gives out numbers.
    Column("change", BigInteger),
    Index("applications_changed", "change"),
    Index("applications_of_office_changed", "office", "change"),
    Index(
        "applications_unnumbered",
        "number",
        sqlite_where=text("change IS NULL"),
        postgresql_where=text("change IS NULL"),
    ),
    # With all that has to be known of a queue to promise a date.
    Index(
        "applications_queue",
        *("office", "state", "queue_number", "applied_on", "priority_class", "emergency_days"),
    ),
    Index("applications_released", "office", "released_on"),
    unique_where("one_open_application_per_person", "person_id", _IS_OPEN),
    unique_where("one_application_per_document", "document_number", "document_number <> ''"),
    Index("applications_state", "state", "state_since"),
    Index("applications_without_fingerprints", "without_fingerprints", "office"),
    # For lists in order of creation.
    Index("applications_of_state", "state", "number"),
    Index("applications_of_office", "office", "number"),
    Index("applications_of_office_and_state", "office", "state", "number"),
    Index("applications_of_person", "person_id", "number"),
    # For their erasure.
    Index(
        "applications_to_be_erased",
        "state_since",
        sqlite_where=text(TO_BE_ERASED),
        postgresql_where=text(TO_BE_ERASED),
    ),
    Index("applications_created", "office", "created_at"),
    Index(
        "applications_of_unidentified_holders",
        "state_since",
        "office",
        sqlite_where=text(_IS_UNIDENTIFIED_HOLDER),
        postgresql_where=text(_IS_UNIDENTIFIED_HOLDER),
    ),
    unique_where("one_application_per_reference", "reference", "reference <> ''"),
)
