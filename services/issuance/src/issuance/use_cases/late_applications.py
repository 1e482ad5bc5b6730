"""Which applications stay longer in their state than is usual, and whose turn it is."""

from collections.abc import Collection
from datetime import datetime, timedelta

from issuance.domain.lateness import LateCases, late_cases
from issuance.domain.office import Office
from issuance.domain.waiting_on import ResponsibleParty
from issuance.store.records import Records
from issuance.use_cases.application_details import ApplicationDetails, application_details
from issuance.use_cases.office_directory import OfficeDirectory

NAMED = 10
"""How many late applications the status of the service names."""
_LOOK_BACK = timedelta(days=100)
"""Older outages excuse nobody: all expected times are shorter."""


async def which_are_late(
    records: Records, offices: Collection[Office], now: datetime
) -> list[LateCases]:
    """Return which cases of these offices are late. One that is removed has no open cases."""
    working = [office for office in offices if not office.is_removed]
    ids = [office.id for office in working]
    outages = await records.outages.overlapping(now - _LOOK_BACK, now, ids)
    return late_cases(working, outages.values(), now)


async def longest_late(
    records: Records, offices: OfficeDirectory, late: Collection[LateCases], now: datetime
) -> list[ApplicationDetails]:
    """Return those that are late for the longest time, but those that wait for their applicant."""
    ids = await records.late_cases.longest(late, NAMED)
    cases = await records.cases.of_ids(ids)
    details = await application_details(records, offices, cases, now)
    waiting = [each for each in details if each.late_since and not _is_applicants_turn(each)]
    return sorted(waiting, key=lambda each: each.late_since or now)[:NAMED]


def _is_applicants_turn(details: ApplicationDetails) -> bool:
    waiting = details.waiting_on
    return waiting is not None and waiting.responsible_party is ResponsibleParty.APPLICANT
