"""How offices are added, changed and removed, and declared closed or working on a day."""

from collections.abc import Container, Iterable
from dataclasses import replace
from datetime import date, datetime

import structlog
from servicekit.security.identity import NATIONAL

from issuance.domain.actor import ISSUANCE, Actor
from issuance.domain.office import (
    InstalledMachines,
    NewOffice,
    Office,
    OfficeInUse,
    PrinterInUse,
    TooManyOffices,
    UnknownOffice,
    WrongOffice,
)
from issuance.domain.office_changes import OfficeChanges
from issuance.domain.office_history import (
    ADDED,
    NOTHING,
    TAKEN_BACK,
    Described,
    OfficeEvent,
    describe_office,
    describe_special_day,
)
from issuance.domain.outage import OutageScope
from issuance.domain.special_day import ALL_OFFICES, SpecialDay, SpecialDayKind
from issuance.store.records import Records
from issuance.use_cases.outage_lifecycle import OutageLifecycle
from issuance.use_cases.print_capacity import machines_on, set_machines
from issuance.use_cases.record_office_change import record_office_change

_log = structlog.get_logger(__name__)


async def seed_offices(records: Records, offices: Iterable[NewOffice], now: datetime) -> None:
    """Add the offices of the settings to a database that has none yet.

    Afterwards the settings are not read: a warning names the offices that only they have.
    """
    await records.offices.count_change()  # of two replicas, the second waits here
    known = await records.offices.all()
    if known:
        for new in offices:
            if new.office.id not in known:
                _log.warning("office_of_the_settings_ignored", office=new.office.id)
        return
    for new in offices:
        await add_office(records, new, now)
        await _record_put(records, NOTHING, new.office, ISSUANCE, now)


def warn_of_unknown_offices(setting: str, named: Iterable[str], known: Container[str]) -> None:
    """Log a warning for each office that a setting names and nobody has added yet.

    No error: whoever adds an office by RPC may have changed the settings before.
    """
    for office in sorted(named):
        if office not in known:
            _log.warning("unknown_office_in_the_settings", setting=setting, office=office)


async def add_office(records: Records, new: NewOffice, now: datetime) -> None:
    """Add an office and begin to plan for it."""
    office = new.office
    await records.offices.put(office)
    for special in new.special_days:
        await records.offices.add_special_day(special)
    today = office.calendar.day_of(now)
    machines = InstalledMachines(today, new.machines, new.books_per_day)
    await records.plans.add_office(office.id, machines, now)
    await records.printer_circuits.add(office.id)


class OfficeLifecycle:
    """Changes offices in the name of administrators.

    most_printing: how many offices may have a printer, so that no one waits for another's.
    country: whose holidays apply at a new office that names none, ISO 3166-1 alpha-2.
    """

    def __init__(self, outages: OutageLifecycle, most_printing: int, country: str) -> None:
        self._outages = outages
        self._country = country
        self._most_printing = most_printing

    async def put(
        self,
        records: Records,
        changes: OfficeChanges,
        revision: int,
        by: Actor,
        now: datetime,
    ) -> Office:
        """Add an office, or change what is recorded of it, and return it.

        Machines change from today on. revision: that the caller saw. Raises InvalidRequest,
        WrongOffice, StaleRevision, PrinterInUse, TooManyOffices.
        """
        await records.offices.count_change()
        known = (await records.offices.all()).get(changes.office)
        _require_right(by, known)
        before = await _describe(records, known, now) if known else NOTHING
        if known is None:
            await add_office(records, changes.new_office(self._country), now)
        else:
            known.require_revision(revision)
            await self._change(records, known, changes, now)
        if await records.offices.count_printing() > self._most_printing:
            raise TooManyOffices(
                "raise max_concurrent_print_calls of every replica first",
                most=str(self._most_printing),
            )
        stored = (await records.offices.all())[changes.office]
        await _record_put(records, before, stored, by, now)
        return stored

    async def _change(
        self, records: Records, known: Office, changes: OfficeChanges, now: datetime
    ) -> None:
        office = changes.next_revision(known)
        # First: a print task that is about to begin waits for the row, and then sees the address.
        await records.offices.put(office)
        if office.printer != known.printer:
            await _require_printer_not_in_use(records, office.id)
        await records.printer_circuits.add(office.id)
        await _change_machines(records, office, changes, now)
        if not office.printer:
            await self._end_outage_of_printer(records, office.id, now)

    async def remove(
        self, records: Records, office_id: str, revision: int, by: Actor, now: datetime
    ) -> Office:
        """Remove an office that nothing waits for, and return it.

        Raises UnknownOffice, StaleRevision, OfficeInUse.
        """
        await records.offices.count_change()
        office = (await records.offices.all()).get(office_id)
        if office is None or office.is_removed:
            raise UnknownOffice("there is no such office", field="office")
        office.require_revision(revision)
        before = await _describe(records, office, now)
        removed = replace(office, removed_at=now, revision=office.revision + 1)
        # First: a new application waits for the row, and then finds the office removed.
        await records.offices.put(removed)
        applications = await records.case_counts.open_of(office_id)
        print_jobs = await _count_print_jobs(records, office_id)
        print_jobs += len(await records.unrecorded_print_events.of_office(office_id))
        if applications or print_jobs:
            raise OfficeInUse(
                "applications or print jobs of the office have not ended, or are open items",
                applications=str(applications),
                print_jobs=str(print_jobs),
            )
        await self._end_outage_of_printer(records, office_id, now)
        await records.printer_circuits.remove(office_id)
        after = await _describe(records, removed, now)
        await record_office_change(
            records, office_id, OfficeEvent.REMOVE_OFFICE, before, after, by, now
        )
        return removed

    async def _end_outage_of_printer(self, records: Records, office: str, now: datetime) -> None:
        """End the outage that the health watcher opened: it watches this printer no more."""
        await self._outages.end_automatic(records, OutageScope.PRINTING, office, now, now)


async def add_special_day(
    records: Records, special: SpecialDay, by: Actor, now: datetime
) -> SpecialDay:
    """Declare an office, or all, closed or working on a day.

    Clocks and plans follow. Raises UnknownOffice, BadDate, SpecialDayDeclared.
    """
    await records.offices.count_change()
    affected = await _affected(records, special.office)
    today = min(office.calendar.day_of(now) for office in affected)
    special.require_possible(today, [office.calendar for office in affected])
    await records.offices.add_special_day(special)
    await records.plans.count_change([office.id for office in affected])
    await record_office_change(
        records, special.office, ADDED[special.kind],
        NOTHING, describe_special_day(special), by, now, special.day,
    )  # fmt: skip
    return special


async def remove_special_day(
    records: Records, office: str, day: date, kind: SpecialDayKind, by: Actor, now: datetime
) -> SpecialDay:
    """Take back what was declared of an office, or all, for a day, and return it.

    Clocks and plans follow. Raises UnknownOffice, SpecialDayNotDeclared.
    """
    await records.offices.count_change()
    affected = await _affected(records, office)
    removed = await records.offices.remove_special_day(office, day, kind)
    await records.plans.count_change([office.id for office in affected])
    await record_office_change(
        records, office, TAKEN_BACK[kind], describe_special_day(removed), NOTHING, by, now, day
    )
    return removed


async def _describe(records: Records, office: Office, now: datetime) -> Described:
    today = office.calendar.day_of(now)
    return describe_office(office, await machines_on(records, office, today))


async def _record_put(
    records: Records, before: Described, office: Office, by: Actor, now: datetime
) -> None:
    after = await _describe(records, office, now)
    await record_office_change(records, office.id, OfficeEvent.PUT_OFFICE, before, after, by, now)


async def _affected(records: Records, office: str) -> list[Office]:
    """Return the office with this id, or all. Raises UnknownOffice."""
    affected = [
        each
        for each in (await records.offices.all()).values()
        if office in (ALL_OFFICES, each.id) and not each.is_removed
    ]
    if not affected:
        raise UnknownOffice("there is no such office", field="office")
    return affected


def _require_right(by: Actor, known: Office | None) -> None:
    """Raise WrongOffice unless a person may change the office; who adds one acts for all."""
    office = NATIONAL if known is None or known.is_removed else known.id
    if not by.may_know(office):
        raise WrongOffice(f"a caller of {by.office} acts for that office only", office=by.office)


async def _require_printer_not_in_use(records: Records, office: str) -> None:
    print_jobs = await _count_print_jobs(records, office)
    if print_jobs:
        raise PrinterInUse(
            "wait until the printer has made the books of its jobs", print_jobs=str(print_jobs)
        )


async def _count_print_jobs(records: Records, office: str) -> int:
    """Return how many jobs the printer of an office has, or may have, whose books are not made."""
    at_the_printer = len(await records.cases.printing(office))
    return at_the_printer + await records.outbox.count_submitted(office)


async def _change_machines(
    records: Records, office: Office, changes: OfficeChanges, now: datetime
) -> None:
    today = office.calendar.day_of(now)
    installed = await machines_on(records, office, today)
    changed = replace(
        installed,
        count=installed.count if changes.machines is None else changes.machines,
        books_per_day=changes.books_per_day or installed.books_per_day,
    )
    if changed != installed:
        await set_machines(records, office, replace(changed, since=today), now)
    else:
        await records.plans.count_change([office.id])
