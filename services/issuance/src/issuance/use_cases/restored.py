"""Issuance was restored together with printers: their passports since the backups are unknown."""

from collections.abc import Iterable
from datetime import datetime

from issuance.domain.case import Case
from issuance.domain.office import UnknownOffice
from issuance.store.records import Records


async def notice_restore(records: Records, offices: Iterable[str], now: datetime) -> None:
    """Record that our database and those of these offices' printers were restored.

    Raises UnknownOffice.
    """
    known = await records.offices.all()
    for office in offices:
        if office not in known:
            raise UnknownOffice(f"there is no office {office}", field="office")
        await records.restores.put(office, now)


async def may_be_printed_already(records: Records, case: Case) -> bool:
    """Return whether the passport of a case may exist and neither we nor the printer know it.

    True of all that had applied when both were restored: until then any may have been printed.
    """
    restored_at = await records.restores.latest(case.office)
    return restored_at is not None and case.created_at <= restored_at
