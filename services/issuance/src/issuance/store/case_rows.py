"""How a case is read from a row of the table, and marked as changed when it is written."""

from dataclasses import fields
from typing import Any

from sqlalchemy import Row

from issuance.domain.case import Case
from issuance.store.tables.applications import applications

UNNUMBERED = {"change": None}
"""What each change of a row sets, so that it gets a change number (`ApplicationChanges`)."""

CASE_FIELDS = [field.name for field in fields(Case)]
CASE_COLUMNS = [applications.c[name] for name in CASE_FIELDS]


def read_case(row: Row[Any]) -> Case:
    """Return the case in a row with `CASE_COLUMNS`."""
    return Case(**{name: getattr(row, name) for name in CASE_FIELDS})
