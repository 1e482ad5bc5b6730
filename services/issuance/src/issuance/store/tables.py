"""The tables. The columns of `applications` are the fields of `Case`.

Times are business time unless a comment says otherwise.
"""

from servicekit.storage.column_types import UtcDateTime
from servicekit.storage.idempotency import idempotency_tables
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Time,
    UniqueConstraint,
    false,
    text,
    true,
)

from issuance.domain.activity import Activity
from issuance.domain.adjudication_referral import AdjudicationCause, Candidate
from issuance.domain.adjudication_task import TaskState, Verdict
from issuance.domain.application_type import ApplicationType
from issuance.domain.collection_plan import PriorityClass
from issuance.domain.collector import Collector, Proxy
from issuance.domain.document import DocumentStatus
from issuance.domain.events import ApplicationEvent
from issuance.domain.formatting import LocalizedText
from issuance.domain.guardian import Guardian, GuardianRelation
from issuance.domain.notice_delivery import NoticeDelivery
from issuance.domain.notices import NoticeKind
from issuance.domain.open_item import OpenItemKind, ResolutionReason
from issuance.domain.outage import OutageScope
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.payment import PaymentDifference
from issuance.domain.print_failure import PrintFailure
from issuance.domain.print_job_event import JobOutcome
from issuance.domain.replacement import LossFinding
from issuance.domain.search import SearchCriteria
from issuance.domain.special_day import SpecialDayKind
from issuance.domain.states import ApplicationState
from issuance.store.column_types import ExactFraction, IntegerEnum, JsonOf, text_enum

metadata = MetaData()
idempotency = idempotency_tables(metadata)


def _unique_where(name: str, column: str, where: str) -> Index:
    """Return a unique index over the rows that fulfil a condition."""
    return Index(name, column, unique=True, sqlite_where=text(where), postgresql_where=text(where))


def _by_code(text_type: String) -> String:
    """Return a type of text that is compared by the codes of its characters."""
    return text_type.with_variant(String(text_type.length, collation="C"), "postgresql")


TO_BE_ERASED = "(email <> '' OR phone <> '' OR proxy IS NOT NULL)"
_HAS_NOT_ENDED = "state NOT IN ('handed_over', 'refused', 'withdrawn')"

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
    Index("applications_queue", "office", "state", "queue_number", "applied_on", "priority_class"),
    Index("applications_released", "office", "released_on"),
    _unique_where("one_open_application_per_person", "person_id", _HAS_NOT_ENDED),
    _unique_where("one_application_per_document", "document_number", "document_number <> ''"),
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
    _unique_where("one_application_per_reference", "reference", "reference <> ''"),
)


def _case() -> Column[str]:
    return Column("case", String(64), ForeignKey("applications.id"), nullable=False, index=True)


history = Table(
    "history",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    _case(),
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
    # For the cases that waited for an outage: of all offices, and of one.
    Index("history_left", "source", "at"),
    Index("history_left_at_office", "office", "source", "at"),
)

# Words of the holder's name and the day of birth, by which a case is found. PostgreSQL compares
# characters by their codes here, as SQLite does.
search_terms = Table(
    "search_terms",
    metadata,
    Column("case", String(64), ForeignKey("applications.id"), primary_key=True),
    Column("term", _by_code(String(64)), primary_key=True),
    Column("office", String(8), nullable=False),
    Index("search_terms_of_office", "office", "term"),
    Index("search_terms_of_all", "term"),
)

# Who searched for what.
searches = Table(
    "searches",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String, nullable=False),
    Column("on_behalf_of", String, nullable=False),
    Column("criteria", JsonOf(SearchCriteria), nullable=False),
    Column("found", Integer, nullable=False),
)

documents = Table(
    "documents",
    metadata,
    Column("number", String(9), primary_key=True),
    Column("person_id", String(64), nullable=False, index=True),
    _case(),
    Column("office", String(8), nullable=False),
    Column("book_serial", String, nullable=False),
    Column("holder", LargeBinary, nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("expires_on", Date),
    Column("status", text_enum(DocumentStatus), nullable=False),
    Column("status_since", UtcDateTime, nullable=False),
    Column("status_by", String, nullable=False),
    Column("status_reason", String, nullable=False),
    _unique_where("one_valid_document_per_person", "person_id", "status = 'valid'"),
    _unique_where("one_made_document_per_case", "case", "status IN ('made', 'valid')"),
)

payment_receipts = Table(
    "payment_receipts",
    metadata,
    Column("receipt", String(64), primary_key=True),
    _case(),
    Column("rupiah", BigInteger),
    Column("recorded_at", UtcDateTime, index=True),
)

# What the payment channel reported, whether or not it was recorded for an application.
reported_payments = Table(
    "reported_payments",
    metadata,
    Column("receipt", String(64), primary_key=True),
    Column("rupiah", BigInteger, nullable=False),
    Column("paid_at", UtcDateTime, nullable=False),
)

# Each report of the payment channel. reported_until: all payments until then were reported.
payment_reports = Table(
    "payment_reports",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("reported_until", UtcDateTime, index=True),
    Column("by", String, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("payments", Integer, nullable=False),
)

payment_differences = Table(
    "payment_differences",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("receipt", String(64), nullable=False, unique=True),
    Column("difference", text_enum(PaymentDifference), nullable=False),
    # Empty, as is `case`, while no application has the receipt.
    Column("office", String(8), nullable=False),
    Column("case", String(64), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    # Whether people have settled it; it is open again if both sides differ in something else.
    Column("resolved", Boolean, nullable=False, server_default=false()),
    Index("payment_differences_office", "office", "number"),
)

fingerprints = Table(
    "fingerprints",
    metadata,
    Column("case", String(64), ForeignKey("applications.id"), primary_key=True),
    Column("samples", LargeBinary, nullable=False),
)

portraits = Table(
    "portraits",
    metadata,
    Column("case", String(64), ForeignKey("applications.id"), primary_key=True),
    Column("jpeg", LargeBinary, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("kind", text_enum(OutboxTaskKind), nullable=False),
    _case(),
    Column("office", String(8), nullable=False),
    Column("priority_class", IntegerEnum(PriorityClass), nullable=False),
    Column("queue_number", Integer, nullable=False),
    Column("request_id", String(64), nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("clearance", String, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("queued_from", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    # The times below are real time, those above business time.
    Column("not_before", UtcDateTime, nullable=False),
    Column("leased_until", UtcDateTime),
    Column("leased_by", String, nullable=False),
    Column("last_error", String, nullable=False),
    # Since when it is not attempted any more, until somebody has it tried again.
    Column("refused_at", UtcDateTime),
    UniqueConstraint("kind", "case"),
    Index("outbox_refused", "refused_at"),
    Index(
        "outbox_to_attempt",
        "kind",
        "office",
        "queued_from",
        "queue_number",
        sqlite_where=text("refused_at IS NULL"),
        postgresql_where=text("refused_at IS NULL"),
    ),
    Index("outbox_leased", "kind", "leased_until"),
)

# Outbox tasks of which no attempt begins. office: empty for all. paused_at: business time.
paused_work = Table(
    "paused_work",
    metadata,
    Column("kind", text_enum(OutboxTaskKind), primary_key=True),
    Column("office", String(8), primary_key=True),
    Column("reason", String, nullable=False),
    Column("paused_by", String, nullable=False),
    Column("paused_at", UtcDateTime, nullable=False),
)

# Rows: matcher (identifications) and verification. All times are real time.
identification_rate = Table(
    "identification_rate",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("per_second", Float, nullable=False),
    Column("granted", Float, nullable=False),
    Column("allowance", Float, nullable=False),
    Column("counted_at", UtcDateTime, nullable=False),
    Column("grown_at", UtcDateTime, nullable=False),
    Column("cut_at", UtcDateTime, nullable=False),
    Column("canary_until", UtcDateTime, nullable=False),
    Column("paused_until", UtcDateTime, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("bad_share", Float, nullable=False),
)

adjudication_tasks = Table(
    "adjudication_tasks",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    _case(),
    Column("office", String(8), nullable=False),
    Column("person_id", String(64), nullable=False),
    Column("cause", text_enum(AdjudicationCause), nullable=False),
    Column("state", text_enum(TaskState), nullable=False, index=True),
    Column("decision_id", String, nullable=False),
    Column("candidates", JsonOf(tuple[Candidate, ...]), nullable=False),
    Column("calibration", String, nullable=False),
    Column("hits_total", Integer, nullable=False),
    Column("clearances_needed", Integer, nullable=False, server_default="1"),
    Column("claimed_by", String),
    Column("claimed_at", UtcDateTime),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    # For the applications that examiners linked with another person than they were taken in for.
    Index(
        "adjudication_tasks_linked",
        "person_id",
        sqlite_where=text("state = 'linked'"),
        postgresql_where=text("state = 'linked'"),
    ),
)

examinations = Table(
    "examinations",
    metadata,
    Column("task", String(64), ForeignKey("adjudication_tasks.id"), primary_key=True),
    Column("nth", Integer, primary_key=True),
    Column("by", String, nullable=False),
    Column("verdict", text_enum(Verdict), nullable=False),
    Column("person_id", String(64), nullable=False, server_default=""),
    Column("reason", String, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("task", "by"),
)

outages = Table(
    "outages",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("scope", text_enum(OutageScope), nullable=False),
    Column("office", String(8), nullable=False),
    Column("cause", String, nullable=False),
    Column("began", UtcDateTime, nullable=False),
    Column("ended", UtcDateTime, index=True),
    Column("expected_end", UtcDateTime),
    Column("declared_by", String, nullable=False),
    # How many cases waited for it, counted when its end was recorded; empty while it lasts.
    Column("cases", Integer),
    Column("revision", Integer, nullable=False, server_default="1"),
    # Whether a person ended an automatic one, and no recovery was seen since.
    Column("overridden", Boolean, nullable=False, server_default=false(), index=True),
    # False for those that were so short that no plan needs them any more.
    Column("may_cost_printing_days", Boolean, nullable=False, server_default=true()),
    # Empty if an earlier version recorded it, until the next start.
    Column("stopped_by_policy", JsonOf(frozenset[Activity])),
)

outage_changes = Table(
    "outage_changes",
    metadata,
    Column("outage", String(64), ForeignKey("outages.id"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("by", String, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    # What was recorded of the outage from then on.
    Column("cause", String, nullable=False),
    Column("began", UtcDateTime, nullable=False),
    Column("ended", UtcDateTime),
    Column("expected_end", UtcDateTime),
    Column("stopped_by_policy", JsonOf(frozenset[Activity])),
)

notices = Table(
    "notices",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    _case(),
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

# `removed_at`: since when nothing is taken in there. What an office did refers to it for ever.
offices = Table(
    "offices",
    metadata,
    Column("id", String(8), primary_key=True),
    Column("name", String, nullable=False),
    Column("country", String(2), nullable=False),
    Column("timezone", String, nullable=False),
    Column("opens", Time, nullable=False),
    Column("closes", Time, nullable=False),
    Column("collection_from", Time, nullable=False),
    Column("promise_working_days", Integer, nullable=False),
    Column("printer", String, nullable=False),
    Column("languages", JsonOf(tuple[str, ...]), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("removed_at", UtcDateTime),
)

# Closures, holidays and additional working days; office: empty for all.
special_days = Table(
    "special_days",
    metadata,
    Column("office", String(8), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("kind", text_enum(SpecialDayKind), nullable=False),
    Column("reason", String, nullable=False),
    Column("declared_by", String, nullable=False),
    Column("declared_at", UtcDateTime, nullable=False),
)

installed_machines = Table(
    "installed_machines",
    metadata,
    Column("office", String(8), primary_key=True),
    Column("since", Date, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("books_per_day", ExactFraction, nullable=False),
)

office_plans = Table(
    "office_plans",
    metadata,
    Column("office", String(8), primary_key=True),
    # Grows by one with everything that may change the plan.
    Column("change_count", Integer, nullable=False),
    Column("notified_at", UtcDateTime, nullable=False),
)

counters = Table(
    "counters",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

# Random marks on change numbers, each of which was given out with the last number at that time.
change_marks = Table(
    "change_marks",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("mark", String(32), nullable=False),
    # Real time.
    Column("at", UtcDateTime, nullable=False, index=True),
)

# Job events that could not be recorded in a case. problem: why, empty while the printer's answer to
# our request for a job is awaited.
unrecorded_print_events = Table(
    "unrecorded_print_events",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("office", String(8), nullable=False),
    Column("job", String(64), nullable=False),
    # Not a key: a printer may name an application that nobody here knows.
    Column("case", String(64), nullable=False, index=True),
    Column("outcome", text_enum(JobOutcome), nullable=False),
    Column("book_serial", String, nullable=False),
    Column("failure", JsonOf(PrintFailure)),
    Column("document_number", String, nullable=False),
    Column("problem", String, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    # Whether people have settled it as it is.
    Column("resolved", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("office", "job"),
)

# Open items that people have settled, as they were. case: not a key, as above.
resolved_items = Table(
    "resolved_items",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("kind", text_enum(OpenItemKind), nullable=False),
    Column("office", String(8), nullable=False),
    Column("case", String(64), nullable=False, index=True),
    Column("since", UtcDateTime, nullable=False),
    Column("problem", String, nullable=False),
    Column("print_job", String, nullable=False),
    Column("document_number", String, nullable=False),
    Column("book_serial", String, nullable=False),
    Column("task", String(64), nullable=False),
    Column("receipt", String(64), nullable=False, server_default=""),
    Column("reason", text_enum(ResolutionReason), nullable=False),
    Column("explanation", String, nullable=False),
    Column("by", String, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

print_event_tokens = Table(
    "print_event_tokens",
    metadata,
    Column("office", String(8), primary_key=True),
    Column("resume_token", String, nullable=False),
)

# When the database was restored together with the printer of an office, if it was.
restores = Table(
    "restores",
    metadata,
    Column("office", String(8), primary_key=True),
    Column("restored_at", UtcDateTime, nullable=False),
)

# What the matcher acknowledged, one row for each case, numbered anew with each acknowledgement.
# lost_at: when it was noticed that the matcher has lost it.
enrolments = Table(
    "enrolments",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("case", String(64), ForeignKey("applications.id"), nullable=False, unique=True),
    Column("acknowledged_at", UtcDateTime, nullable=False),
    Column("lost_at", UtcDateTime),
    Index(
        "enrolments_lost",
        "case",
        sqlite_where=text("lost_at IS NOT NULL"),
        postgresql_where=text("lost_at IS NOT NULL"),
    ),
    sqlite_autoincrement=True,  # no number is given twice
)

# One row: how far the enrolments are compared with the matcher since its database was restored.
matcher_comparison = Table(
    "matcher_comparison",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("epoch", String(64), nullable=False),
    Column("latest_change", BigInteger, nullable=False),
    Column("restores", Integer, nullable=False),
    Column("unconfirmed_to", BigInteger, nullable=False),
    Column("count_from", BigInteger, nullable=False),
    Column("in_a_row", Integer, nullable=False),
)

printer_circuits = Table(
    "printer_circuits",
    metadata,
    Column("office", String(8), primary_key=True),
    Column("failures", Integer, nullable=False),
    # Real time.
    Column("probe_at", UtcDateTime),
)
