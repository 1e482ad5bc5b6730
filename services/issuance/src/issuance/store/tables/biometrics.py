"""Fingerprints until the matcher has them, and portraits."""

from sqlalchemy import Column, ForeignKey, LargeBinary, String, Table

from issuance.store.tables.metadata import metadata

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
