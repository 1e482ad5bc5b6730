"""The counter of an office: officers take applications in and hand passports over."""

from dataclasses import dataclass

from passport.issuance.v1 import applications_pb2 as pb
from passport.issuance.v1.applications_pb2_grpc import ApplicationsStub

from harness.calls import insist
from harness.people import OFFICE, OFFICERS, People
from harness.world.population import Applicant
from harness.world.seeds import request_id


@dataclass(slots=True)
class Case:
    """An applicant at the counter; person_id is the one the system knows them by."""

    applicant: Applicant
    application_id: str
    person_id: str
    impression: int


class Counter:
    """Takes applicants through the legal order, one request an event."""

    def __init__(self, people: People, seed: int) -> None:
        stubs = [ApplicationsStub(people.channel("issuance", officer)) for officer in OFFICERS]
        self._intake, self._handover = stubs
        self._seed = seed

    async def take_in(self, applicant: Applicant) -> Case:
        """Application, papers, fee and fingerprints; the interview is still to come."""
        create = pb.CreateApplicationRequest(
            request_id=self._id("create", applicant.key),
            office=OFFICE,
            type=applicant.type,
            holder=applicant.holder.message(),
            person_id=applicant.person_id,
        )
        made = await insist(self._intake.CreateApplication, create)
        accept = pb.AcceptDocumentsRequest(
            request_id=self._id("documents", applicant.key), application_id=made.application_id
        )
        await insist(self._intake.AcceptDocuments, accept)
        pay = pb.RecordPaymentRequest(
            request_id=self._id("payment", applicant.key),
            application_id=made.application_id,
            receipt=f"BNI-{made.application_id[-12:]}",
        )
        await insist(self._intake.RecordPayment, pay)
        case = Case(applicant, made.application_id, made.person_id, applicant.next_impression)
        await self.take_fingers(case)
        return case

    async def take_fingers(self, case: Case) -> None:
        """Take the fingerprints of the case's present occasion."""
        submit = pb.SubmitBiometricsRequest(
            request_id=self._id("biometrics", case.applicant.key, case.impression),
            application_id=case.application_id,
            samples=await case.applicant.human.fingers.samples(case.impression),
        )
        await insist(self._intake.SubmitBiometrics, submit)

    async def interview(self, case: Case) -> pb.Application:
        """Hold the interview: the application is complete."""
        request = pb.RecordInterviewRequest(
            request_id=self._id("interview", case.applicant.key, case.impression),
            application_id=case.application_id,
            notes="travel for pilgrimage or family",
        )
        return await insist(self._intake.RecordInterview, request)

    async def take_again(self, case: Case) -> None:
        """Fingerprints that the matcher could not use are taken once more."""
        case.impression += 1
        await self.take_fingers(case)
        await self.interview(case)

    async def hand_over(self, case: Case) -> pb.Application:
        """Give the passport to its holder, who signs."""
        request = pb.HandOverRequest(
            request_id=self._id("hand-over", case.applicant.key),
            application_id=case.application_id,
            signed_by=case.applicant.holder.full_name,
        )
        return await insist(self._handover.HandOver, request)

    async def look_up(self, case: Case) -> pb.Application:
        """The application as it stands."""
        request = pb.GetApplicationRequest(application_id=case.application_id)
        return await insist(self._intake.GetApplication, request)

    def _id(self, *parts: object) -> str:
        return request_id(self._seed, *parts)
