"""How outages begin and end: declared by a person, or detected by the health watcher."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

import structlog
from servicekit.errors import DomainError, ErrorKind

from issuance.domain.actor import ISSUANCE
from issuance.domain.office import Office, UnknownOffice
from issuance.domain.outage import NATIONAL_SCOPES, Outage, OutageCorrection, OutageScope
from issuance.domain.outage_policy import DEFAULT_POLICY, OutagePolicy
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.store.outage_records import OutageRecord
from issuance.store.records import Records

DETECTED_CAUSES = {
    OutageScope.MATCHER: "the national matcher does not answer",
    OutageScope.PRINTING: "the printer of the office does not answer",
    OutageScope.TRAVEL_BAN_LIST: "the travel-ban list is missing or too old",
}


_log = structlog.get_logger(__name__)


class OutageOverlaps(DomainError):
    """An outage of the same scope and office is known for that time."""

    kind = ErrorKind.ALREADY_EXISTS
    reason = "OUTAGE_OVERLAPS"


class OutageLifecycle:
    """Opens and ends outages. Clocks follow by themselves, so that few rows are written.

    policy: what outages stop whose cause is recorded from now on.
    """

    def __init__(
        self,
        offices: Mapping[str, Office],
        new_id: Callable[[], str],
        policy: OutagePolicy = DEFAULT_POLICY,
    ) -> None:
        self._offices = offices
        self._new_id = new_id
        self._policy = policy

    async def declare(self, records: Records, outage: Outage, now: datetime) -> OutageRecord:
        """Record an outage declared by a person, which lasts or is over.

        Raises UnknownOffice, BadDate, OutageOverlaps.
        """
        if (outage.scope in NATIONAL_SCOPES) == bool(outage.office):
            raise UnknownOffice("an office, but not for a national scope", field="office")
        if outage.office:
            office = self._offices.get(outage.office)
            if office is None or office.is_removed:
                raise UnknownOffice("there is no such office", field="office")
        outage.require_possible_times(now)
        outage = self._policy.applied_to(outage)
        # Counted before rows are locked, since that takes long.
        cases = await records.outages.count_cases(outage)
        # Locks a row: of two that open one outage, the second sees the first.
        await self._count_change(records, outage)
        await self._require_no_overlap(records, outage)
        record = OutageRecord(self._new_id(), outage, cases)
        return await self._open(records, record, outage.declared_by, now)

    async def end(
        self,
        records: Records,
        outage_id: str,
        at: datetime,
        by: str,
        now: datetime,
        *,
        revision: int = 0,
        override: bool = False,
    ) -> OutageRecord:
        """End an outage in the name of `by`. override: also an automatic one.

        After an override the watcher opens no outage for the same failure: it first has to see a
        recovery. Raises OutageNotFound, StaleRevision, OutageEnded, OutageIsAutomatic, BadDate.
        """
        record = await records.outages.get(outage_id)
        record.require_revision(revision)
        ended = record.outage.end_by_person(at, now, override=override)
        overridden = replace(record, overridden=record.outage.automatic)
        return await self._close(records, overridden, ended, by, now)

    async def correct(
        self,
        records: Records,
        outage_id: str,
        correction: OutageCorrection,
        by: str,
        now: datetime,
        revision: int = 0,
    ) -> OutageRecord:
        """Change what is recorded of an outage, automatic or declared, over or not.

        Clocks and plans follow. A given cause has the policy of today applied to it, also if it is
        the same. Raises OutageNotFound, StaleRevision, OutageEnded, OutageLasts,
        BadDate, OutageOverlaps.
        """
        record = await records.outages.get(outage_id)
        record.require_revision(revision)
        outage = record.outage.corrected(correction, now)
        if correction.cause is not None:
            outage = self._policy.applied_to(outage)
        cases = await records.outages.count_cases(outage)
        await self._count_change(records, outage)
        await self._require_no_overlap(records, outage, but=record.outage)
        changed = await self._save(records, record, outage, cases, by, now)
        _log.warning("outage_corrected", outage=record.id, by=by, **_facts(outage))
        return changed

    async def open_automatic(
        self, records: Records, scope: OutageScope, office: str, since: datetime, now: datetime
    ) -> None:
        """Open an outage that was detected, unless one of its scope and office is ongoing."""
        outage = self._policy.applied_to(Outage(scope, office, DETECTED_CAUSES[scope], since))
        await self._count_change(records, outage)
        known = await records.outages.of_scope(scope, office)
        if any(outage.is_ongoing for outage in known):
            return
        # It begins where the last one ended, at the earliest.
        ends = [outage.ended for outage in known if outage.ended]
        began = max([since, *ends])
        record = OutageRecord(self._new_id(), replace(outage, began=began))
        await self._open(records, record, ISSUANCE.uri, now)

    async def end_automatic(
        self, records: Records, scope: OutageScope, office: str, since: datetime, now: datetime
    ) -> None:
        """End the automatic outage of a scope and office, if one is ongoing."""
        for outage_id, outage in (await records.outages.ongoing()).items():
            if (outage.scope, outage.office) == (scope, office) and outage.automatic:
                record = await records.outages.get(outage_id)
                ended = record.outage.end(max(since, record.outage.began), now)
                await self._close(records, record, ended, ISSUANCE.uri, now)

    async def recover(self, records: Records, scope: OutageScope, office: str) -> None:
        """Record that what a person overrode has recovered: its next failure is a new outage."""
        await records.outages.forget_overrides(scope, office)

    async def _open(
        self, records: Records, record: OutageRecord, by: str, now: datetime
    ) -> OutageRecord:
        await records.outages.add(record, by, now)
        _log.warning("outage_opened", outage=record.id, **_facts(record.outage))
        return record

    async def _close(
        self, records: Records, record: OutageRecord, ended: Outage, by: str, now: datetime
    ) -> OutageRecord:
        cases = await records.outages.count_cases(ended)
        closed = await self._save(records, record, ended, cases, by, now)
        _log.warning("outage_ended", outage=closed.id, cases=closed.cases, by=by, **_facts(ended))
        await self._count_change(records, ended)
        if ended.only_office is not None:
            # The printer is back: what waited for it need not wait out its pauses.
            await records.outbox.make_due(OutboxTaskKind.PRINT, ended.only_office)
        return closed

    async def _save(
        self,
        records: Records,
        record: OutageRecord,
        outage: Outage,
        cases: int,
        by: str,
        now: datetime,
    ) -> OutageRecord:
        changed = replace(record, outage=outage, cases=cases, revision=record.revision + 1)
        await records.outages.save(changed, by, now)
        return changed

    async def _require_no_overlap(
        self, records: Records, outage: Outage, but: Outage | None = None
    ) -> None:
        for other in await records.outages.of_scope(outage.scope, outage.office):
            if other != but and outage.overlaps(other):
                raise OutageOverlaps("an outage of this kind is known for that time")

    async def _count_change(self, records: Records, outage: Outage) -> None:
        await records.plans.count_change([id for id in self._offices if outage.affects(id)])


def _facts(outage: Outage) -> dict[str, str | None]:
    return {
        "scope": outage.scope,
        "office": outage.office,
        "cause": outage.cause,
        "began": outage.began.isoformat(),
        "ended": outage.ended.isoformat() if outage.ended else None,
        "declared_by": outage.declared_by,
    }
