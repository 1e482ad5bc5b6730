"""Servicer of `passport.issuance.v1.Schedule`: collection schedules, simulations and notices."""

from collections.abc import Mapping
from datetime import date

from passport.issuance.v1 import schedule_pb2 as pb
from passport.issuance.v1 import schedule_pb2_grpc
from servicekit.grpc.server import Context
from servicekit.process.clock import Clock
from servicekit.security.identity import current_caller

from issuance.domain.collection_plan import HORIZON, expected_arrivals
from issuance.domain.collection_schedule import announcement
from issuance.domain.office import Office
from issuance.domain.working_time import BadDate
from issuance.service import encode_schedule as encode
from issuance.service.decode import decode_date
from issuance.service.encode_values import localized_text, optional_date
from issuance.service.office_scope import known_office, require_own_office, visible_office
from issuance.service.paging import next_page_token, page_request
from issuance.store.records import Store
from issuance.use_cases.plan_conditions import AS_RECORDED, PlanAssumptions
from issuance.use_cases.plan_office import dates_if_outages_ended_now, plan_office


class ScheduleService(schedule_pb2_grpc.ScheduleServicer):
    """Shows when applicants can collect their passports, and what they were notified of."""

    def __init__(self, offices: Mapping[str, Office], store: Store, clock: Clock) -> None:
        self._offices = offices
        self._store = store
        self._clock = clock

    async def GetCollectionSchedule(
        self, request: pb.GetCollectionScheduleRequest, context: Context
    ) -> pb.CollectionSchedule:
        """Return the schedule of the plan as it is now."""
        first, last = date.min, date.max
        if request.HasField("from_date"):
            first = decode_date(request.from_date, "from_date")
        if request.HasField("to_date"):
            last = decode_date(request.to_date, "to_date")
        return await self._schedule(self._own_office(request.office), AS_RECORDED, first, last)

    async def SimulatePlan(
        self, request: pb.SimulatePlanRequest, context: Context
    ) -> pb.CollectionSchedule:
        """Return the schedule of a plan under assumptions."""
        office = self._own_office(request.office)
        return await self._schedule(office, self._assumptions(request, office))

    async def ListNotices(
        self, request: pb.ListNoticesRequest, context: Context
    ) -> pb.ListNoticesResponse:
        """List the notices that were sent, oldest first."""
        office = visible_office(current_caller(), request.office)
        page = page_request(request.page_size, request.page_token)
        async with self._store.read() as records:
            rows = await records.notices.page(page, office, request.application_id or None)
        return pb.ListNoticesResponse(
            notices=[encode.notice(record) for _, record in rows],
            next_page_token=next_page_token(page, rows),
        )

    async def _schedule(
        self,
        office: Office,
        assumptions: PlanAssumptions,
        first: date = date.min,
        last: date = date.max,
    ) -> pb.CollectionSchedule:
        async with self._store.read() as records:
            now = self._clock.now()
            plan = await plan_office(records, office, now, assumptions)
            if_ended_now = await dates_if_outages_ended_now(records, plan, now, assumptions)
            ready = await records.case_counts.ready_to_collect(office.id)
        schedule = plan.schedule(ready, if_ended_now)
        rows = [row for row in schedule if first <= row.applied_on <= last]
        hours = office.collection
        return pb.CollectionSchedule(
            office=office.id,
            rows=[encode.schedule_row(row) for row in rows],
            text=localized_text(announcement(rows, office.name, hours)),
            printing_from=optional_date(plan.printing_from()),
        )

    def _own_office(self, office: str) -> Office:
        known = known_office(self._offices, office)
        require_own_office(current_caller(), office)
        return known

    def _assumptions(self, request: pb.SimulatePlanRequest, office: Office) -> PlanAssumptions:
        today = office.calendar.day_of(self._clock.now())
        arrivals: dict[date, int] = {}
        for index, given in enumerate(request.arrivals):
            field = f"arrivals[{index}].day"
            day = _within_plan(decode_date(given.day, field), today, field)
            arrivals[day] = arrivals.get(day, 0) + given.count
        resumes = None
        if request.HasField("printing_resumes"):
            day = decode_date(request.printing_resumes, "printing_resumes")
            resumes = _within_plan(day, today, "printing_resumes")
        expected = expected_arrivals(arrivals, office.calendar, office.promise_working_days)
        return PlanAssumptions(resumes, request.machines or None, tuple(expected))


def _within_plan(day: date, today: date, field: str) -> date:
    if not today <= day <= today + HORIZON:
        raise BadDate("plans go from today to ten years ahead", field=field)
    return day
