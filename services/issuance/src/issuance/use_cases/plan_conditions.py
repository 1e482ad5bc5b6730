"""What the plan of an office follows from besides its queue: machines, outages, the time of day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from issuance.domain.activity import Activity
from issuance.domain.collection_plan import HORIZON, WaitingCase
from issuance.domain.office import Office, print_capacity
from issuance.domain.outage import Outage, stoppages
from issuance.domain.print_room import Capacity, PrintRoom, Stoppage
from issuance.domain.states import UNDECIDED, ApplicationState
from issuance.domain.working_time import DAY
from issuance.store.records import Records


@dataclass(frozen=True, slots=True)
class PlanAssumptions:
    """What a simulated plan assumes in place of what is recorded; None changes nothing.

    printing_resumes: first printing day. machines: number from today on. arrivals: cases that are
    still to come. unknown_ends_now: outages whose end nobody knows end now.
    """

    printing_resumes: date | None = None
    machines: int | None = None
    arrivals: tuple[WaitingCase, ...] = ()
    unknown_ends_now: bool = False


AS_RECORDED = PlanAssumptions()


@dataclass(frozen=True, slots=True)
class PlanConditions:
    """What is the same for all cases of an office.

    room: the print room for those not yet released to the printer; printer_room: for those that
    are, which do not wait for the matcher. first_day: the first that is planned. printable_from:
    first day on which a case may be printed, by its state; where it is missing, any day. arrivals:
    as assumed, with that day. released_today: books of today's capacity that are already used.
    end_unknown: whether an outage that costs printing days lasts, and nobody knows when it ends.
    outages: those that cost printing days. release_stopped: whether the office has closed for
    today, or an outage that stops printing lasts, however short. identified_from: first day on
    which those are identified who wait for it; `date.max` if nobody knows.
    """

    today: date
    first_day: date
    room: PrintRoom
    printer_room: PrintRoom
    printable_from: Mapping[ApplicationState, date]
    arrivals: Sequence[WaitingCase]
    released_today: int
    end_unknown: bool
    outages: Sequence[Outage]
    release_stopped: bool
    identified_from: date

    @property
    def released_on_first_day(self) -> int:
        """Books of the first day's capacity that are already used."""
        return self.released_today if self.first_day == self.today else 0

    def printing_on(self) -> date | None:
        """Return the next day on which what is at the printer is printed; None if unknown."""
        return self.printer_room.first_day(self.today, self.today + HORIZON)


async def plan_conditions(
    records: Records, office: Office, now: datetime, assumptions: PlanAssumptions
) -> PlanConditions:
    """Read the conditions; costs the same however many cases wait."""
    calendar, today = office.calendar, office.calendar.day_of(now)
    known = await records.outages.affecting(office.id)
    outages = [outage for outage in known if outage.costs_printing_days(calendar, now)]
    stopping = [outage for outage in outages if outage.stops(Activity.PRINTING)]
    stops = _stoppages(stopping, office, now, assumptions)
    room = PrintRoom(
        calendar,
        await _capacity(records, office, today, assumptions),
        _resuming(assumptions.printing_resumes, stops, now),
    )
    local = [outage for outage in stopping if outage.only_office is not None]
    # What the machines could have made of today is lost when the office closes.
    closed = now >= calendar.closing(today)
    approved_from, identified_from = (
        _possible_from(outages, activity, office, now, assumptions)
        for activity in (Activity.APPROVAL, Activity.IDENTIFICATION)
    )
    identified_from = max(identified_from, approved_from)
    return PlanConditions(
        today=today,
        first_day=today + DAY if closed else today,
        room=room,
        printer_room=replace(room, stoppages=_stoppages(local, office, now, assumptions)),
        printable_from=_printable_from(office, now, approved_from, identified_from),
        arrivals=[case.not_before(identified_from) for case in assumptions.arrivals],
        released_today=await records.queue.count_released(office.id, today),
        end_unknown=any(outage.has_unknown_end(now) for outage in outages),
        outages=outages,
        release_stopped=closed
        or any(outage.is_ongoing and outage.stops(Activity.PRINTING) for outage in known),
        identified_from=identified_from,
    )


def _printable_from(
    office: Office, now: datetime, approved_from: date, identified_from: date
) -> Mapping[ApplicationState, date]:
    """Return the first day on which undecided cases may be printed, by their state.

    Who is not approved when the office opens gets no book on that day.
    """
    today = office.calendar.day_of(now)
    first = today + DAY if now >= office.calendar.opening(today) else today
    days = dict.fromkeys(UNDECIDED, max(first, approved_from))
    days[ApplicationState.IDENTIFYING] = max(first, identified_from)
    return days


def _possible_from(
    outages: Iterable[Outage],
    activity: Activity,
    office: Office,
    now: datetime,
    assumptions: PlanAssumptions,
) -> date:
    """Return the first day on which those may be printed who wait for an activity.

    `date.max` if an outage that stops it lasts and nobody knows its end.
    """
    lasting = [outage for outage in outages if outage.is_ongoing and outage.stops(activity)]
    stops = _stoppages(lasting, office, now, assumptions)
    if not stops:
        return date.min
    resuming = _resuming(assumptions.printing_resumes, stops, now)
    return max(stop.days_without_printing(office.calendar)[1] for stop in resuming)


def _stoppages(
    outages: Iterable[Outage], office: Office, now: datetime, assumptions: PlanAssumptions
) -> tuple[Stoppage, ...]:
    return stoppages(outages, office.id, now, unknown_ends_now=assumptions.unknown_ends_now)


def _resuming(
    printing_resumes: date | None, stops: tuple[Stoppage, ...], now: datetime
) -> tuple[Stoppage, ...]:
    """Return the stoppages, with all that have no certain end resuming on the assumed day."""
    if printing_resumes is None:
        return stops
    uncertain = [stop for stop in stops if stop.until is None or stop.estimated]
    over = [stop for stop in stops if stop not in uncertain]
    began = min((stop.began for stop in uncertain), default=now)
    return (*over, Stoppage(began, None, resumes=printing_resumes))


async def _capacity(
    records: Records, office: Office, today: date, assumptions: PlanAssumptions
) -> Capacity:
    changes = await records.plans.machines(office.id)
    if assumptions.machines is not None:
        # Earlier machines stay, since the fraction of a begun book is carried over from them.
        earlier = [change for change in changes if change.since < today]
        latest = [change for change in changes if change.since <= today][-1]
        changes = [*earlier, replace(latest, since=today, count=assumptions.machines)]
    return print_capacity(changes)
