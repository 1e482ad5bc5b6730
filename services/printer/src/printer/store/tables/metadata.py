"""The metadata of all tables, and the parts that several tables have in common."""

from enum import Enum

from servicekit.storage.idempotency import idempotency_table
from sqlalchemy import Enum as EnumType
from sqlalchemy import MetaData

metadata = MetaData()
idempotency = idempotency_table(metadata)


def enum_type(members: type[Enum]) -> EnumType:
    """Return the type of a column that holds the names of an enum's members as text."""
    return EnumType(members, native_enum=False, length=32)
