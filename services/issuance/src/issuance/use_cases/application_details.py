"""What an application shows beyond its record: what it waits for, until when, and its clocks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from issuance.domain.activity import Activity
from issuance.domain.case import Case
from issuance.domain.clock_pause import (
    ClockPause,
    ServiceClock,
    StateInterval,
    clock_pauses,
    read_service_clock,
    waits_for,
)
from issuance.domain.lateness import deadline
from issuance.domain.office import Office
from issuance.domain.outage import Outage
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.states import (
    AWAITING_IDENTIFICATION,
    AWAITING_PRINT,
    FINAL_STATES,
    NOT_READY,
    ApplicationState,
)
from issuance.domain.waiting_on import ResponsibleParty, WaitingOn, waiting_on
from issuance.store.records import Records
from issuance.use_cases.office_directory import OfficeDirectory

_NOT_STARTED = ServiceClock(timedelta(), timedelta())


@dataclass(frozen=True, slots=True)
class ApplicationDetails:
    """A case at one moment.

    waiting_on: None in a final state, unless its holder is still to be identified. outage: id of
    the outage that it waits for, or "". expected_until: when the wait is expected to end; None if
    unknown. late_since: since when it takes longer than is usual in its state; None if it does not.
    date_tentative: whether the collection date is no firm one, since nobody knows when an outage
    ends.
    """

    case: Case
    waiting_on: WaitingOn | None
    outage: str
    expected_until: datetime | None
    late_since: datetime | None
    clock: ServiceClock
    date_tentative: bool


async def application_details(
    records: Records, offices: OfficeDirectory, cases: Sequence[Case], now: datetime
) -> list[ApplicationDetails]:
    """Return the details of the cases at `now`, in the same order.

    Costs three queries, whatever the number of cases, and one if holders are to be identified
    after the hand-over. Of an office that was added a moment ago, by another replica, the directory
    is refreshed.
    """
    for case in cases:
        await offices.know(records, case.office)
    outages = await _outages(records, cases, now)
    earlier = await records.history.earlier_states(
        [case.id for case in cases if _may_have_waited_before(case, outages.values())]
    )
    identifying = [case.id for case in cases if case.state in AWAITING_IDENTIFICATION]
    refused = await records.stuck_work.refused_cases(identifying, OutboxTaskKind.IDENTIFY)
    holders = await _unidentified_holders(records, cases)
    return [
        _details(
            case,
            holders.get(case.id) or waiting_on(case, set_aside=case.id in refused),
            offices[case.office],
            outages,
            earlier.get(case.id, ()),
            now,
        )
        for case in cases
    ]


async def _unidentified_holders(records: Records, cases: Sequence[Case]) -> Mapping[str, WaitingOn]:
    """Return what is waited for, by case, to identify holders after the hand-over."""
    due = [case.id for case in cases if case.has_unidentified_holder]
    found = await records.unidentified_holders.of_cases(due) if due else ()
    return {each.case: each.waiting_on for each in found}


async def _outages(records: Records, cases: Sequence[Case], now: datetime) -> Mapping[str, Outage]:
    """Return the outages while the cases were complete and had not ended, by id, oldest first.

    Of cases that are not complete: since they came into their state.
    """
    waiting = [case for case in cases if case.completed_at or case.state not in FINAL_STATES]
    if not waiting:
        return {}
    first = min(case.completed_at or case.state_since for case in waiting)
    last = max(case.state_since if _is_over(case) else now for case in waiting)
    return await records.outages.overlapping(first, last, {case.office for case in waiting})


def _is_over(case: Case) -> bool:
    """Return whether a case waits for nothing any more."""
    return case.state in FINAL_STATES and not case.has_unidentified_holder


def _may_have_waited_before(case: Case, outages: Iterable[Outage]) -> bool:
    """Return whether an outage overlaps with the states that the case has left since complete."""
    return case.completed_at is not None and any(
        outage.affects(case.office)
        and outage.began < case.state_since
        and (outage.ended is None or outage.ended > case.completed_at)
        for outage in outages
    )


def _details(
    case: Case,
    waiting: WaitingOn | None,
    office: Office,
    outages: Mapping[str, Outage],
    earlier: Sequence[StateInterval],
    now: datetime,
) -> ApplicationDetails:
    ongoing = [
        id
        for id, outage in outages.items()
        if outage.is_ongoing and _waits_for(outage, case, waiting, office)
    ]
    waited_for = ongoing[0] if ongoing else ""
    intervals = [*earlier, StateInterval(case.state, case.state_since)]
    pauses = clock_pauses(office.id, intervals, outages.values())
    over = deadline(case, office, outages.values())
    return ApplicationDetails(
        case=case,
        waiting_on=waiting,
        outage=waited_for,
        expected_until=_expected_until(case, office, outages.get(waited_for), over, now),
        late_since=over if over and over <= now else None,
        clock=_clock(case, office, pauses, now),
        date_tentative=any(
            _leaves_date_open(outage, case, office, now) for outage in outages.values()
        ),
    )


def _waits_for(outage: Outage, case: Case, waiting: WaitingOn | None, office: Office) -> bool:
    """Return whether a case waits for the end of an outage, or who has its document does."""
    if case.has_unidentified_holder and waiting:
        by_matcher = waiting.responsible_party is ResponsibleParty.MATCHER
        return by_matcher and outage.affects(office.id) and outage.stops(Activity.IDENTIFICATION)
    return waits_for(outage, case.state, office.id)


def _leaves_date_open(outage: Outage, case: Case, office: Office, now: datetime) -> bool:
    """Return whether nobody can know the collection date of the case before the outage ends."""
    # What is at the printer already does not wait for the matcher, nor for the list.
    at_printer = case.state is ApplicationState.PRINTING and outage.only_office is not None
    waits = (
        at_printer or case.state in AWAITING_PRINT
        if outage.stops(Activity.PRINTING)
        else case.state in outage.paused_states
    ) or (case.awaits_identification and outage.stops(Activity.IDENTIFICATION))
    return (
        waits
        and outage.affects(office.id)
        and outage.has_unknown_end(now)
        and outage.costs_printing_days(office.calendar, now)
    )


def _expected_until(
    case: Case, office: Office, outage: Outage | None, over: datetime | None, now: datetime
) -> datetime | None:
    """Return when the wait ends by what was said of the outage, by the plan, or usually (over)."""
    if outage is not None:
        expected = outage.expected_end
    elif case.state not in NOT_READY:
        expected = over
    elif case.promised_collection_date and not case.delayed:
        expected = office.collection.start_on(case.promised_collection_date)
    else:
        expected = None
    return expected if expected and expected > now else None


def _clock(case: Case, office: Office, pauses: Sequence[ClockPause], now: datetime) -> ServiceClock:
    """Read the clock, which stops when the passport is ready or the case is in a final state."""
    if case.completed_at is None:
        return _NOT_STARTED
    stopped = case.ready_at or (case.state_since if case.state in FINAL_STATES else now)
    return read_service_clock(office.calendar, case.completed_at, stopped, pauses)
