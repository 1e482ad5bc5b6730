"""The register of documents."""

from servicekit.storage.column_types import UtcDateTime
from sqlalchemy import Column, Date, LargeBinary, String, Table

from issuance.domain.document import DocumentStatus, RevocationCause
from issuance.store.column_types import text_enum
from issuance.store.tables.metadata import case_column, metadata, unique_where

documents = Table(
    "documents",
    metadata,
    Column("number", String(9), primary_key=True),
    Column("person_id", String(64), nullable=False, index=True),
    case_column(),
    Column("office", String(8), nullable=False),
    Column("book_serial", String, nullable=False),
    Column("holder", LargeBinary, nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("expires_on", Date),
    Column("status", text_enum(DocumentStatus), nullable=False),
    Column("status_since", UtcDateTime, nullable=False),
    Column("status_by", String, nullable=False),
    Column("status_reason", String, nullable=False),
    Column("revoked_for", text_enum(RevocationCause)),
    unique_where("one_valid_document_per_person", "person_id", "status = 'valid'"),
    unique_where("one_made_document_per_case", "case", "status IN ('made', 'valid')"),
)
