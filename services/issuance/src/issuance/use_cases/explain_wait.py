"""Explaining why one application waits, from its details, its office's plan and what is stuck."""

from dataclasses import dataclass
from datetime import datetime

from issuance.domain.case import Case
from issuance.domain.collection_plan import QueuePlace
from issuance.domain.office import Office
from issuance.domain.states import AWAITING_PRINT
from issuance.domain.wait_explanation import Obstacles, WaitExplanation, awaited_work
from issuance.domain.wait_explanation import explain_wait as explain
from issuance.store.records import Records
from issuance.use_cases.application_details import ApplicationDetails, application_details
from issuance.use_cases.office_directory import OfficeDirectory
from issuance.use_cases.plan_office import plan_office


@dataclass(frozen=True, slots=True)
class ExplainedWait:
    """The details of a case, and why it waits."""

    details: ApplicationDetails
    explanation: WaitExplanation


async def explain_wait(
    records: Records, offices: OfficeDirectory, case: Case, now: datetime
) -> ExplainedWait:
    """Explain why a case waits. Plans for its office if the case waits to be printed."""
    (details,) = await application_details(records, offices, [case], now)
    office = offices[case.office]
    place = await _place(records, office, case, now)
    obstacles = await _obstacles(records, details)
    explanation = explain(case, office, details.waiting_on, place, obstacles, now)
    return ExplainedWait(details, explanation)


async def _place(records: Records, office: Office, case: Case, now: datetime) -> QueuePlace | None:
    if case.state not in AWAITING_PRINT:
        return None
    return (await plan_office(records, office, now)).collections.place_of(case.id)


async def _obstacles(records: Records, details: ApplicationDetails) -> Obstacles:
    work = awaited_work(details.case)
    stuck = await records.stuck_work.of_case(details.case.id)
    return Obstacles(
        outage=(await records.outages.get(details.outage)).outage if details.outage else None,
        set_aside=stuck[0].id if stuck else "",
        work_paused=work is not None
        and await records.paused_work.affects(work, details.case.office),
        print_job_misfit=await records.unrecorded_print_events.misfits(details.case.id),
    )
