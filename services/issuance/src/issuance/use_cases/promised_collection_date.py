"""How the promised collection date is computed when an application is complete, or again later."""

from dataclasses import replace
from datetime import date, datetime

from issuance.domain.case import Case
from issuance.domain.collection_plan import WaitingCase, plan_collections
from issuance.domain.completion import Completion, PromisedDate
from issuance.domain.office import LEGAL_WORKING_DAYS, Office
from issuance.domain.states import ApplicationState
from issuance.domain.working_time import DAY
from issuance.store.records import Records
from issuance.use_cases.plan_conditions import AS_RECORDED, PlanConditions, plan_conditions

_IF_ENDED_NOW = replace(AS_RECORDED, unknown_ends_now=True)


async def promise_collection_date(
    records: Records, office: Office, case: Case, now: datetime
) -> Completion:
    """Return the place of a complete case in the queue and the date promised to the applicant.

    The date is that of the office's plan with this case at the end of the queue, and never
    earlier than the office's promised number of working days. While an outage of unknown end
    lasts, it is the date if that ended now, and no firm one.
    """
    applied_on = office.calendar.day_of(now)
    due_on = office.calendar.add_working_days(applied_on, office.promise_working_days)
    newcomer = WaitingCase(case.id, applied_on, due_on, case.priority_class)
    conditions = await plan_conditions(records, office, now, _IF_ENDED_NOW)
    # It is not approved today.
    first = max(applied_on + DAY, conditions.printable_from[ApplicationState.IDENTIFYING])
    planned = await _planned(records, office, conditions, newcomer.not_before(first))
    return Completion(
        at=now,
        queue_number=await records.counters.next("queue_number"),
        applied_on=applied_on,
        due_on=due_on,
        promised_collection_date=planned or due_on,
        tentative=conditions.end_unknown,
        legal_due_on=office.calendar.add_working_days(applied_on, LEGAL_WORKING_DAYS),
    )


async def promise_again(
    records: Records, office: Office, case: Case, now: datetime
) -> PromisedDate:
    """Return the date promised for a case that has a book or is refused, and is taken up again.

    The case keeps its place in the queue; the date is that of the office's plan with the case in
    this place, as one that awaits its approval. Firm or not as above.
    """
    conditions = await plan_conditions(records, office, now, _IF_ENDED_NOW)
    again = WaitingCase(
        case.id,
        case.applied_on or conditions.today,
        case.due_on or conditions.today,
        case.priority_class,
        conditions.printable_from[ApplicationState.AWAITING_APPROVAL],
    )
    planned = await _planned(records, office, conditions, again, case.queue_number)
    # As for a newcomer if no book is printed within the horizon.
    without_plan = office.calendar.add_working_days(conditions.today, office.promise_working_days)
    return PromisedDate(planned or without_plan, tentative=conditions.end_unknown)


async def _planned(
    records: Records,
    office: Office,
    conditions: PlanConditions,
    case: WaitingCase,
    queue_number: int | None = None,
) -> date | None:
    """Return the collection date of a case that joins the queue at a place; None: at its end.

    The others are counted, not read: alike ones are planned as one batch. So it costs little,
    however many wait, and the date is the one that the whole plan gives.
    """
    before, after = [], []
    for alike in await records.queue.count_waiting(office.id, queue_number):
        first = conditions.printable_from.get(alike.state, date.min)
        batch = WaitingCase("", alike.applied_on, alike.applied_on, alike.priority_class, first)
        before.append(batch._replace(books=alike.before))
        after.append(batch._replace(books=alike.after))
    plan = plan_collections(
        [*before, case, *after],
        conditions.room,
        conditions.first_day,
        conditions.released_on_first_day,
    )
    return plan.collection_dates()[case.id]
