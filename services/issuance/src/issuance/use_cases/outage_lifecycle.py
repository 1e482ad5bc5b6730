"""How outages begin and end: declared by a person, or detected by the health watcher."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from servicekit.errors import DomainError, ErrorKind

from issuance.domain.collection_plan import HORIZON
from issuance.domain.office import Office, UnknownOffice
from issuance.domain.outage import Outage, OutageScope
from issuance.domain.working_time import BadDate
from issuance.store.outage_records import OutageRecord
from issuance.store.records import Records

EARLIEST_BEGINNING = timedelta(days=366)
"""How long ago a declared outage may have begun."""
MATCHER_UNAVAILABLE = "the national matcher does not answer"


class OutageOverlaps(DomainError):
    """An outage of the same scope and office is known for that time."""

    kind = ErrorKind.ALREADY_EXISTS
    reason = "OUTAGE_OVERLAPS"


class OutageLifecycle:
    """Opens and ends outages, and links the cases that wait for them."""

    def __init__(self, offices: Mapping[str, Office], new_id: Callable[[], str]) -> None:
        self._offices = offices
        self._new_id = new_id

    async def declare(self, records: Records, outage: Outage, now: datetime) -> OutageRecord:
        """Open an outage declared by a person. Raises UnknownOffice, BadDate, OutageOverlaps."""
        if (outage.scope is OutageScope.MATCHER) == bool(outage.office):
            raise UnknownOffice("an office, but not for the matcher", field="office")
        if outage.office and outage.office not in self._offices:
            raise UnknownOffice("there is no such office", field="office")
        if not now - EARLIEST_BEGINNING <= outage.began <= now:
            raise BadDate("an outage began at most a year ago, and not later", field="began_at")
        if outage.expected_end and not now < outage.expected_end <= now + HORIZON:
            raise BadDate("the expected end lies ahead, within ten years", field="expected_end")
        # First, because it locks a row: of two that open one outage, the second sees the first.
        await self._count_change(records, outage)
        for other in await records.outages.of_scope(outage.scope, outage.office):
            if other.ended is None or other.ended > outage.began:
                raise OutageOverlaps("an outage of this kind is known for that time")
        return await self._open(records, outage)

    async def end(
        self, records: Records, outage_id: str, at: datetime, now: datetime
    ) -> OutageRecord:
        """End a declared outage.

        Raises OutageNotFound, OutageEnded, OutageIsAutomatic, BadDate.
        """
        record = await records.outages.get(outage_id)
        return await self._close(records, record, record.outage.end_by_person(at, now))

    async def open_for_matcher(self, records: Records, since: datetime) -> None:
        """Open an automatic outage of the matcher, unless one is ongoing."""
        outage = Outage(OutageScope.MATCHER, "", MATCHER_UNAVAILABLE, since)
        await self._count_change(records, outage)
        known = await records.outages.of_scope(OutageScope.MATCHER, "")
        if any(outage.is_ongoing for outage in known):
            return
        # It begins where the last one ended, at the earliest.
        ends = [outage.ended for outage in known if outage.ended]
        await self._open(records, replace(outage, began=max([since, *ends])))

    async def end_for_matcher(self, records: Records, since: datetime, now: datetime) -> None:
        """End the automatic outage of the matcher, if one is ongoing."""
        for outage_id, outage in (await records.outages.ongoing()).items():
            if outage.scope is OutageScope.MATCHER and outage.automatic:
                at = max(since, outage.began)
                await self._close(records, OutageRecord(outage_id, outage), outage.end(at, now))

    async def _open(self, records: Records, outage: Outage) -> OutageRecord:
        record = OutageRecord(self._new_id(), outage)
        await records.outages.add(record)
        await records.outages.link_waiting_cases(record)
        return await records.outages.get(record.id)

    async def _close(self, records: Records, record: OutageRecord, ended: Outage) -> OutageRecord:
        closed = replace(record, outage=ended)
        await records.outages.save(closed)
        await self._count_change(records, ended)
        return closed

    async def _count_change(self, records: Records, outage: Outage) -> None:
        await records.plans.count_change([id for id in self._offices if outage.affects(id)])
