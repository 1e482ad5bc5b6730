"""How the promised collection date is computed when an application is complete, or again later."""

from dataclasses import replace
from datetime import datetime

from issuance.domain.case import Case, Completion, PromisedDate
from issuance.domain.collection_plan import WaitingCase
from issuance.domain.office import Office
from issuance.domain.working_time import DAY
from issuance.store.records import Records
from issuance.use_cases.plan_office import AS_RECORDED, plan_office


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
    newcomer = WaitingCase(case.id, applied_on, due_on, case.priority_class, applied_on + DAY)
    assumptions = replace(AS_RECORDED, arrivals=(newcomer,), unknown_ends_now=True)
    plan = await plan_office(records, office, now, assumptions)
    planned = plan.collections.collection_dates()[case.id]
    return Completion(
        at=now,
        queue_number=await records.cases.next_number("queue_number"),
        applied_on=applied_on,
        due_on=due_on,
        promised_collection_date=planned or due_on,
        tentative=plan.end_unknown,
    )


async def promise_again(
    records: Records, office: Office, case: Case, now: datetime
) -> PromisedDate:
    """Return the date promised for a case that has a book or is refused, and is taken up again.

    The case keeps its place in the queue; the date is that of the office's plan with the case in
    this place, as one that awaits its approval. Firm or not as above.
    """
    assumptions = replace(AS_RECORDED, taken_up_again=case.id, unknown_ends_now=True)
    plan = await plan_office(records, office, now, assumptions)
    # As for a newcomer if no book is printed within the horizon.
    without_plan = office.calendar.add_working_days(plan.today, office.promise_working_days)
    planned = plan.collection_dates()[case.id]
    return PromisedDate(planned or without_plan, tentative=plan.end_unknown)
