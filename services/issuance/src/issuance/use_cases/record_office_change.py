"""How a change of an office is entered in the history, in the transaction that makes it."""

from datetime import date, datetime

from issuance.domain.actor import Actor
from issuance.domain.office_history import (
    Described,
    OfficeEvent,
    OfficeHistoryEntry,
    differences,
)
from issuance.store.records import Records


async def record_office_change(
    records: Records,
    office: str,
    event: OfficeEvent,
    before: Described,
    after: Described,
    by: Actor,
    now: datetime,
    day: date | None = None,
) -> None:
    """Enter what an event changed, also if nothing differs. office, day: as of the entry."""
    entry = OfficeHistoryEntry(
        office, event, differences(before, after), by.uri, by.on_behalf_of, now, day
    )
    await records.office_history.add(entry)
