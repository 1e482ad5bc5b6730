"""How a dataclass becomes the values of a row."""

from collections.abc import Iterable
from typing import Any


def field_values(item: object, names: Iterable[str]) -> dict[str, Any]:
    """Return the named fields of a dataclass."""
    return {name: getattr(item, name) for name in names}
