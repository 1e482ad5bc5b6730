"""Column types for values of the domain that SQLAlchemy has no type for."""

from enum import IntEnum, StrEnum
from fractions import Fraction
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import JSON, Dialect, Enum, Integer, String
from sqlalchemy.types import TypeDecorator


def text_enum(enum: type[StrEnum]) -> Enum:
    """Return a column type that stores the value of an enumeration as text."""
    return Enum(
        enum,
        values_callable=lambda members: [member.value for member in members],
        native_enum=False,
        length=32,
    )


class IntegerEnum(TypeDecorator[IntEnum]):
    """An enumeration by its number, so that the database can order by it."""

    impl = Integer
    cache_ok = True

    def __init__(self, enum: type[IntEnum]) -> None:
        super().__init__()
        self.enum = enum

    def process_bind_param(self, value: IntEnum | None, dialect: Dialect) -> int | None:
        """Return the number."""
        return None if value is None else self.enum(value).value

    def process_result_value(self, value: int | None, dialect: Dialect) -> IntEnum | None:
        """Return the member with this number."""
        return None if value is None else self.enum(value)


class ExactFraction(TypeDecorator[Fraction]):
    """A fraction stored exactly, as text such as 81/2."""

    impl = String(64)
    cache_ok = True

    def process_bind_param(self, value: Fraction | None, dialect: Dialect) -> str | None:
        """Return numerator and denominator as text."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Fraction | None:
        """Return the fraction."""
        return None if value is None else Fraction(value)


class JsonOf(TypeDecorator[Any]):
    """A dataclass, or a tuple of them, as JSON with the names of its fields."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def __init__(self, value_type: Any) -> None:
        super().__init__()
        self.value_type = value_type
        self._adapter: TypeAdapter[Any] = TypeAdapter(value_type)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Return objects, lists and scalars that JSON knows."""
        return None if value is None else self._adapter.dump_python(value, mode="json")

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Return the dataclass."""
        return None if value is None else self._adapter.validate_python(value)
