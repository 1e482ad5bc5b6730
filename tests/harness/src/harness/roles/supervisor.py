"""The office's supervisor: approves identified applications and simulates plans."""

from collections.abc import Mapping
from datetime import date
from functools import partial

from passport.issuance.v1 import applications_pb2 as pb
from passport.issuance.v1 import schedule_pb2
from passport.issuance.v1.applications_pb2_grpc import ApplicationsStub
from passport.issuance.v1.schedule_pb2_grpc import ScheduleStub

from harness.identities import OFFICE, SUPERVISOR, ClientChannels
from harness.patient_calls import call_until_answered, run_concurrently
from harness.roles.application_list import applications
from harness.world.names import calendar_date
from harness.world.seeds import request_id

_CONCURRENT_CALLS = 16


class Supervisor:
    """Approves every application that waits for it."""

    def __init__(self, clients: ClientChannels, seed: int) -> None:
        self._channel = clients.channel("issuance", SUPERVISOR)
        self._applications = ApplicationsStub(self._channel)
        self._schedule = ScheduleStub(self._channel)
        self._seed = seed

    async def approve_all(self) -> int:
        """Approve all that await approval; return how many."""
        waiting = await applications(self._channel, pb.APPLICATION_STATE_AWAITING_APPROVAL)
        await run_concurrently(_CONCURRENT_CALLS, [partial(self._approve, one) for one in waiting])
        return len(waiting)

    async def simulate_plan(
        self, *, printing_resumes: date, arrivals: Mapping[date, int]
    ) -> schedule_pb2.CollectionSchedule:
        """Return the schedule if printing resumed on that day and these applicants still came."""
        request = schedule_pb2.SimulatePlanRequest(
            office=OFFICE,
            printing_resumes=calendar_date(printing_resumes),
            arrivals=[
                schedule_pb2.ExpectedArrivals(day=calendar_date(day), count=number)
                for day, number in arrivals.items()
            ],
        )
        return await call_until_answered(self._schedule.SimulatePlan, request)

    async def schedule(self) -> schedule_pb2.CollectionSchedule:
        """Return the current collection schedule."""
        request = schedule_pb2.GetCollectionScheduleRequest(office=OFFICE)
        return await call_until_answered(self._schedule.GetCollectionSchedule, request)

    async def _approve(self, application: pb.Application) -> pb.Application:
        request = pb.ApproveRequest(
            request_id=request_id(self._seed, "approve", application.application_id),
            application_id=application.application_id,
            revision=application.revision,
        )
        return await call_until_answered(self._applications.Approve, request)
