"""Outages begin and end: by a person's word, or by what the watcher finds."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from servicekit.errors import DomainError, ErrorKind

from issuance.domain.office import Office, UnknownOffice
from issuance.domain.outage import Outage, Scope
from issuance.domain.plan import HORIZON
from issuance.domain.working_time import BadDate
from issuance.use_cases.kept import KeptOutage
from issuance.use_cases.records import Records

LONGEST_AGO = timedelta(days=366)
MATCHER_AWAY = "the national matcher does not answer"


class OutageNotFound(DomainError):
    """There is no such outage."""

    kind = ErrorKind.NOT_FOUND
    reason = "OUTAGE_NOT_FOUND"


class OutageOverlaps(DomainError):
    """An outage of the same scope and office is known for that time."""

    kind = ErrorKind.ALREADY_EXISTS
    reason = "OUTAGE_OVERLAPS"


class Outages:
    """Opens and ends outages, and links those who wait for them."""

    def __init__(self, offices: Mapping[str, Office], new_id: Callable[[], str]) -> None:
        self._offices = offices
        self._new_id = new_id

    async def declare(self, records: Records, outage: Outage, now: datetime) -> KeptOutage:
        """A person says so. Raises UnknownOffice, BadDate, OutageOverlaps."""
        if (outage.scope is Scope.MATCHER) == bool(outage.office):
            raise UnknownOffice("an office, but not for the matcher", field="office")
        if outage.office and outage.office not in self._offices:
            raise UnknownOffice("there is no such office", field="office")
        if not now - LONGEST_AGO <= outage.began <= now:
            raise BadDate("an outage began at most a year ago, and not later", field="began_at")
        if outage.expected_end and not now < outage.expected_end <= now + HORIZON:
            raise BadDate("the expected end lies ahead, within ten years", field="expected_end")
        await self._touch(records, outage)  # first, so that two who open one take turns
        for other in await records.outages.of_scope(outage.scope, outage.office):
            if other.ended is None or other.ended > outage.began:
                raise OutageOverlaps("an outage of this kind is known for that time")
        return await self._open(records, outage)

    async def end(self, records: Records, outage: str, at: datetime, now: datetime) -> KeptOutage:
        """A person says that it is over.

        Raises OutageNotFound, OutageEnded, OutageIsAutomatic, BadDate.
        """
        kept = await records.outages.get(outage)
        return await self._close(records, kept, kept.outage.end_by_person(at, now))

    async def matcher_away(self, records: Records, since: datetime) -> None:
        """The watcher is sure: open an outage, unless one is known."""
        found = Outage(Scope.MATCHER, "", MATCHER_AWAY, since)
        await self._touch(records, found)
        known = await records.outages.of_scope(Scope.MATCHER, "")
        if any(outage.lasts for outage in known):
            return
        ends = [outage.ended for outage in known if outage.ended]
        # What went before is in the books already.
        await self._open(records, replace(found, began=max([since, *ends])))

    async def matcher_back(self, records: Records, since: datetime, now: datetime) -> None:
        """The watcher is sure: end the outage that it opened, if there is one."""
        for id, outage in (await records.outages.lasting()).items():
            if outage.scope is Scope.MATCHER and outage.automatic:
                at = max(since, outage.began)
                await self._close(records, KeptOutage(id, outage), outage.end(at, now))

    async def _open(self, records: Records, outage: Outage) -> KeptOutage:
        kept = KeptOutage(self._new_id(), outage)
        await records.outages.add(kept)
        await records.outages.link_waiting(kept)
        return await records.outages.get(kept.id)

    async def _close(self, records: Records, kept: KeptOutage, ended: Outage) -> KeptOutage:
        closed = replace(kept, outage=ended)
        await records.outages.save(closed)
        await self._touch(records, ended)
        return closed

    async def _touch(self, records: Records, outage: Outage) -> None:
        await records.plans.touch([id for id in self._offices if outage.reaches(id)])
