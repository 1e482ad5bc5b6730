"""How the promised collection date is computed when an application is complete."""

from dataclasses import replace
from datetime import datetime

from issuance.domain.case import Case, Completion
from issuance.domain.collection_plan import WaitingCase
from issuance.domain.office import Office
from issuance.store.records import Records
from issuance.use_cases.plan_office import AS_RECORDED, plan_office


async def promise_collection_date(
    records: Records, office: Office, case: Case, now: datetime
) -> Completion:
    """Return the place of a complete case in the queue and the date promised to the applicant.

    The date is that of the office's plan with this case at the end of the queue, and never
    earlier than the office's promised number of working days. While no date can be planned (an
    outage without a known end), that number of working days is promised.
    """
    applied_on = office.calendar.day_of(now)
    due_on = office.calendar.add_working_days(applied_on, office.promise_working_days)
    newcomer = WaitingCase(case.id, applied_on, due_on, case.priority_class)
    plan = await plan_office(records, office, now, replace(AS_RECORDED, arrivals=(newcomer,)))
    planned = plan.collections.collection_dates()[case.id]
    return Completion(
        at=now,
        queue_number=await records.cases.next_number("queue_number"),
        applied_on=applied_on,
        due_on=due_on,
        promised_collection_date=planned or due_on,
    )
