"""The counter of an office: officers take applications in and hand passports over."""

from dataclasses import dataclass

import grpc
from passport.issuance.v1 import applications_pb2 as pb
from passport.issuance.v1.applications_pb2_grpc import ApplicationsStub

from harness.identities import OFFICE, OFFICERS, ClientChannels
from harness.patient_calls import call_until_answered, reason
from harness.world.drawn_portrait import portrait_photo
from harness.world.population import Applicant
from harness.world.seeds import derive, request_id

FACES = 24
"""How many different faces the applicants have; drawing one takes longer than checking it."""
_MAX_CAPTURES = 4


@dataclass(slots=True)
class Case:
    """An application as the counter keeps it. person_id: the services' id of the applicant."""

    applicant: Applicant
    application_id: str
    person_id: str
    impression: int


class Counter:
    """Takes applicants through the legal order, with one request for each event."""

    def __init__(self, clients: ClientChannels, seed: int) -> None:
        stubs = [ApplicationsStub(clients.channel("issuance", officer)) for officer in OFFICERS]
        self._intake, self._handover = stubs
        self._seed = seed

    async def take_in(self, applicant: Applicant) -> Case:
        """Create an application, accept documents, record the fee, submit photo and fingers."""
        create = pb.CreateApplicationRequest(
            request_id=self._id("create", applicant.key),
            office=OFFICE,
            type=applicant.type,
            holder=applicant.holder.message(),
            identity_number=applicant.holder.identity_number,
            person_id=applicant.person_id,
        )
        made = await call_until_answered(self._intake.CreateApplication, create)
        accept = pb.AcceptDocumentsRequest(
            request_id=self._id("documents", applicant.key), application_id=made.application_id
        )
        await call_until_answered(self._intake.AcceptDocuments, accept)
        pay = pb.RecordPaymentRequest(
            request_id=self._id("payment", applicant.key),
            application_id=made.application_id,
            receipt=f"BNI-{made.application_id[-12:]}",
            amount_rupiah=made.fee_rupiah,
        )
        await call_until_answered(self._intake.RecordPayment, pay)
        await self._photograph(applicant, made.application_id)
        case = Case(applicant, made.application_id, made.person_id, applicant.next_impression)
        await self.take_fingers(case)
        return case

    async def _photograph(self, applicant: Applicant, application_id: str) -> None:
        submit = pb.SubmitPortraitRequest(
            request_id=self._id("portrait", applicant.key),
            application_id=application_id,
            photo=portrait_photo(derive(self._seed, "face", applicant.key) % FACES),
        )
        await call_until_answered(self._intake.SubmitPortrait, submit)

    async def take_fingers(self, case: Case) -> None:
        """Submit the fingerprints of the case's current capture; too poor ones are taken again."""
        for _ in range(_MAX_CAPTURES - 1):
            try:
                return await self._submit_fingers(case)
            except grpc.aio.AioRpcError as error:
                if reason(error) != "FINGERS_UNUSABLE":
                    raise
            case.impression += 1
        return await self._submit_fingers(case)

    async def _submit_fingers(self, case: Case) -> None:
        submit = pb.SubmitBiometricsRequest(
            request_id=self._id("biometrics", case.applicant.key, case.impression),
            application_id=case.application_id,
            samples=await case.applicant.human.fingers.samples(case.impression),
        )
        await call_until_answered(self._intake.SubmitBiometrics, submit)

    async def interview(self, case: Case) -> pb.Application:
        """Record the interview, which completes the application."""
        request = pb.RecordInterviewRequest(
            request_id=self._id("interview", case.applicant.key, case.impression),
            application_id=case.application_id,
            notes="travel for pilgrimage or family",
        )
        return await call_until_answered(self._intake.RecordInterview, request)

    async def recapture(self, case: Case) -> None:
        """Capture and submit fingerprints again after the matcher refused them."""
        case.impression += 1
        await self.take_fingers(case)
        await self.interview(case)

    async def hand_over(self, case: Case) -> pb.Application:
        """Hand the passport over to its holder, who signs."""
        request = pb.HandOverRequest(
            request_id=self._id("hand-over", case.applicant.key),
            application_id=case.application_id,
            signed_by=case.applicant.holder.full_name,
        )
        return await call_until_answered(self._handover.HandOver, request)

    async def look_up(self, case: Case) -> pb.Application:
        """Return the application as issuance shows it now."""
        request = pb.GetApplicationRequest(application_id=case.application_id)
        return await call_until_answered(self._intake.GetApplication, request)

    def _id(self, *parts: object) -> str:
        return request_id(self._seed, *parts)
