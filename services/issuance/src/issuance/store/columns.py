"""Column types that carry the words of the domain."""

import json
from enum import Enum
from fractions import Fraction
from typing import Any

from sqlalchemy import Dialect, Integer, String
from sqlalchemy.types import TypeDecorator

from issuance.domain.identification import Candidate
from issuance.domain.words import Text


class Coded(TypeDecorator[Any]):
    """An enumeration by its value, text or number."""

    impl = String
    cache_ok = True

    def __init__(self, words: type[Enum]) -> None:
        super().__init__()
        self.words = words
        self._kind = Integer() if issubclass(words, int) else String(32)

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """The column is of the kind of the values."""
        return dialect.type_descriptor(self._kind)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """The value."""
        return None if value is None else self.words(value).value

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """The word."""
        return None if value is None else self.words(value)


class Words(TypeDecorator[Text]):
    """A text in both languages, as JSON."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Text | None, dialect: Dialect) -> str | None:
        """A list of two."""
        return None if value is None else json.dumps([value.id, value.en], ensure_ascii=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Text | None:
        """The text."""
        return None if value is None else Text(*json.loads(value))


class Exact(TypeDecorator[Fraction]):
    """A fraction, exactly, as in 81/2."""

    impl = String(64)
    cache_ok = True

    def process_bind_param(self, value: Fraction | None, dialect: Dialect) -> str | None:
        """Numerator and denominator."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Fraction | None:
        """The fraction."""
        return None if value is None else Fraction(value)


class Candidates(TypeDecorator[tuple[Candidate, ...]]):
    """Persons to compare with, best first, as JSON."""

    impl = String
    cache_ok = True

    def process_bind_param(
        self, value: tuple[Candidate, ...] | None, dialect: Dialect
    ) -> str | None:
        """A list of lists."""
        if value is None:
            return None
        return json.dumps([[found.person_id, found.score, found.hit] for found in value])

    def process_result_value(
        self, value: str | None, dialect: Dialect
    ) -> tuple[Candidate, ...] | None:
        """The candidates."""
        return None if value is None else tuple(Candidate(*found) for found in json.loads(value))
