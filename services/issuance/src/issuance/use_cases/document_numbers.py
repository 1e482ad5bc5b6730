"""How the next number of a passport is taken from the database."""

from collections.abc import Callable
from datetime import datetime

from issuance.domain.document_number import first_ordinal_at, format_document_number
from issuance.store.records import Records


class DocumentNumbers:
    """Gives each number once, also after a restore. real_now: real time."""

    def __init__(self, real_now: Callable[[], datetime]) -> None:
        self._real_now = real_now

    async def next(self, records: Records) -> str:
        """Return a number that was never given."""
        lowest = first_ordinal_at(self._real_now())
        return format_document_number(await records.counters.next("document_number", lowest))
