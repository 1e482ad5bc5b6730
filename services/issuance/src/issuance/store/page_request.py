"""Which part of a list is read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageRequest:
    """At most `size` rows whose number is greater than `after`."""

    after: int
    size: int
