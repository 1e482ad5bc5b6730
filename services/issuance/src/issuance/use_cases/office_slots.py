"""How many outbox tasks of each office may be attempted at a time, and of which none may be."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Protocol

from issuance.domain.activity import Activity
from issuance.domain.circuit_breaker import CircuitBreaker, CircuitState
from issuance.domain.notice_delivery import QuietHours
from issuance.domain.outage import Outage, OutageScope
from issuance.domain.outage_policy import OutagePolicy
from issuance.domain.outbox import stopping_outage
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.verification import verified_types
from issuance.store.records import Records
from issuance.use_cases.office_directory import OfficeDirectory

EVERY_OFFICE = ""
_NO_LIMIT = 1_000_000


class OfficeSlots(Protocol):
    """The share of each office in the attempts at tasks of one kind. now: real time."""

    async def free(
        self, records: Records, offices: Collection[str], now: datetime
    ) -> Mapping[str, int]:
        """Return how many more tasks of each office may be leased in this transaction."""
        ...

    async def is_out(self, records: Records, office: str, now: datetime) -> bool:
        """Return whether what the tasks of an office need is known not to work.

        office: EVERY_OFFICE for what all of them need.
        """
        ...


class MatcherSlots:
    """Tasks for the matcher: all offices share its slots, none while an outage stops them."""

    def __init__(self, kind: OutboxTaskKind) -> None:
        self._kind = kind

    async def free(
        self, records: Records, offices: Collection[str], now: datetime
    ) -> Mapping[str, int]:
        """Return the offices that no outage stops, without a limit of their own."""
        ongoing = (await records.outages.ongoing()).values()
        return {
            office: _NO_LIMIT
            for office in offices
            if not stopping_outage(self._kind, office, ongoing)
        }

    async def is_out(self, records: Records, office: str, now: datetime) -> bool:
        """Return whether an outage stops the tasks of the office."""
        ongoing = (await records.outages.ongoing()).values()
        outage = stopping_outage(self._kind, office, ongoing)
        return outage is not None


class VerificationSlots:
    """Verifications: only while an outage stops identification and the policy allows them."""

    def __init__(self, policy: OutagePolicy) -> None:
        self._policy = policy

    async def free(
        self, records: Records, offices: Collection[str], now: datetime
    ) -> Mapping[str, int]:
        """Return the offices where some applications go on by verification."""
        ongoing = (await records.outages.ongoing()).values()
        return {
            office: _NO_LIMIT for office in offices if verified_types(ongoing, office, self._policy)
        }

    async def is_out(self, records: Records, office: str, now: datetime) -> bool:
        """Return whether none is attempted; of one office always, so that no failure counts.

        A matcher that cannot identify may not be able to verify either.
        """
        ongoing = (await records.outages.ongoing()).values()
        return office != EVERY_OFFICE or not verified_types(ongoing, EVERY_OFFICE, self._policy)


class PrinterSlots:
    """Tasks for the printers: each office has slots of its own, fewer while its printer is out.

    The slots of an office hold over all replicas: leases are counted in the database, while the
    office's circuit is locked. per_office: number of slots.
    """

    def __init__(self, per_office: int) -> None:
        self._per_office = per_office

    async def free(
        self, records: Records, offices: Collection[str], now: datetime
    ) -> Mapping[str, int]:
        """Return the free slots of the offices; without those that another replica looks at now."""
        ongoing = (await records.outages.ongoing()).values()
        circuits = await records.printer_circuits.lock(offices)
        leased = await records.outbox.leased_by_office(OutboxTaskKind.PRINT, now)
        stopping = [outage for outage in ongoing if outage.stops(Activity.PRINTING)]
        return {
            office: max(self._slots(office, circuit, stopping, now) - leased.get(office, 0), 0)
            for office, circuit in circuits.items()
        }

    def _slots(
        self, office: str, circuit: CircuitBreaker, stopping: Collection[Outage], now: datetime
    ) -> int:
        """Return the slots of an office: one while its printer is tried out, none in an outage.

        An automatic outage may have been opened because of the circuit, and would never end if
        nobody tried the printer; a declared one ends when a person says so.
        """
        is_tried = circuit.state(now) is CircuitState.HALF_OPEN
        if any(
            outage.affects(office) and not (is_tried and _is_detected(outage))
            for outage in stopping
        ):
            return 0
        return circuit.calls_at_a_time(self._per_office, now)

    async def is_out(self, records: Records, office: str, now: datetime) -> bool:
        """Return whether an outage stops printing at the office, or its circuit is not closed."""
        ongoing = (await records.outages.ongoing()).values()
        if stopping_outage(OutboxTaskKind.PRINT, office, ongoing):
            return True
        return (await records.printer_circuits.get(office)).state(now) is not CircuitState.CLOSED


def _is_detected(outage: Outage) -> bool:
    return outage.automatic and outage.scope is OutageScope.PRINTING


class NoticeSlots:
    """Notices: none in the quiet hours of the office. now: business time."""

    def __init__(
        self, offices: OfficeDirectory, quiet: QuietHours, now: Callable[[], datetime]
    ) -> None:
        self._offices = offices
        self._quiet = quiet
        self._now = now

    async def free(
        self, records: Records, offices: Collection[str], now: datetime
    ) -> Mapping[str, int]:
        """Return the offices whose applicants are awake, without a limit of their own."""
        at = self._now()
        for office in offices:
            await self._offices.know(records, office)
        return {
            office: _NO_LIMIT
            for office in offices
            if not self._quiet.include(at, self._offices[office].calendar.zone)
        }

    async def is_out(self, records: Records, office: str, now: datetime) -> bool:
        """Return False: no outage is known of what delivers notices."""
        return False
