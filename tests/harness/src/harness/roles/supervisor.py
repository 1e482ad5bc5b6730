"""The office's supervisor: approves what is identified, and asks what would be."""

from collections.abc import Mapping
from datetime import date
from functools import partial

from passport.issuance.v1 import applications_pb2 as pb
from passport.issuance.v1 import schedule_pb2
from passport.issuance.v1.applications_pb2_grpc import ApplicationsStub
from passport.issuance.v1.schedule_pb2_grpc import ScheduleStub

from harness.calls import insist, together
from harness.people import OFFICE, SUPERVISOR, People
from harness.roles.files import applications
from harness.world.names import calendar_date
from harness.world.seeds import request_id

_AT_ONCE = 16


class Supervisor:
    """Approves every application that waits for it."""

    def __init__(self, people: People, seed: int) -> None:
        self._channel = people.channel("issuance", SUPERVISOR)
        self._applications = ApplicationsStub(self._channel)
        self._schedule = ScheduleStub(self._channel)
        self._seed = seed

    async def approve_all(self) -> int:
        """Approve; returns how many."""
        waiting = await applications(self._channel, pb.APPLICATION_STATE_AWAITING_APPROVAL)
        await together(_AT_ONCE, [partial(self._approve, one) for one in waiting])
        return len(waiting)

    async def what_if(
        self, *, printing_resumes: date, arrivals: Mapping[date, int]
    ) -> schedule_pb2.CollectionSchedule:
        """The schedule if printing began on that day and these people were still to come."""
        request = schedule_pb2.SimulatePlanRequest(
            office=OFFICE,
            printing_resumes=calendar_date(printing_resumes),
            arrivals=[
                schedule_pb2.ExpectedArrivals(day=calendar_date(day), count=number)
                for day, number in arrivals.items()
            ],
        )
        return await insist(self._schedule.SimulatePlan, request)

    async def schedule(self) -> schedule_pb2.CollectionSchedule:
        """The collection schedule as it is now."""
        request = schedule_pb2.GetCollectionScheduleRequest(office=OFFICE)
        return await insist(self._schedule.GetCollectionSchedule, request)

    async def _approve(self, application: pb.Application) -> pb.Application:
        request = pb.ApproveRequest(
            request_id=request_id(self._seed, "approve", application.application_id),
            application_id=application.application_id,
            revision=application.revision,
        )
        return await insist(self._applications.Approve, request)
