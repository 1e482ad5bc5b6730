"""What applicants and officers do, from the application to the hand-over."""

from collections.abc import Mapping
from typing import Any

from issuance.domain.actor import Actor
from issuance.domain.application_type import ApplicationType
from issuance.domain.collection_plan import PriorityClass
from issuance.domain.contact import NO_CONTACT, Contact
from issuance.domain.document import Document, DocumentStatus
from issuance.domain.events import ApplicationEvent
from issuance.domain.finger_check import NOT_ASKED, FingerCheckPolicy, FingerCheckRule
from issuance.domain.finger_quality import FingerAssessment
from issuance.domain.fingers import FingerSubmission
from issuance.domain.replacement import LossFinding, LossPapers
from issuance.domain.tariff import Fee
from issuance.use_cases.accept_documents import ShownDocuments, accept_documents
from issuance.use_cases.application_steps import (
    Correction,
    correct_data,
    submit_portrait,
    withdraw,
)
from issuance.use_cases.create_application import NewApplication, create_application
from issuance.use_cases.hand_over import PassportCollection, hand_over
from issuance.use_cases.record_interview import Interview, record_interview
from issuance.use_cases.record_payment import record_payment
from issuance.use_cases.report_missing import report_missing
from issuance.use_cases.without_fingerprints import submit_fingers

from .people import HOLDER, identity
from .recorded_workflow import VALIDITY, RecordedWorkflow

OPTIONAL_CHECK = FingerCheckPolicy(FingerCheckRule.OPTIONAL, {})


class AtTheCounter(RecordedWorkflow):
    """Takes applications in, changes them and hands passports over."""

    async def brings_documents(
        self,
        by: Mapping[str, str] | None = None,
        *,
        office: str = "BJM",
        priority_class: PriorityClass = PriorityClass.NORMAL,
        documents_refused_by: str = "",
        photographed: bool = True,
        receipt: str = "",
        type: ApplicationType = ApplicationType.NEW,
        holder: bytes = HOLDER,
        person_id: str = "",
        document_number: str = "",
        shown: ShownDocuments | None = None,
        fingers: FingerSubmission | None = None,
        fee: Fee | None = None,
        contact: Contact = NO_CONTACT,
        language: str = "",
        identity_number: str = "",
    ) -> str:
        """Take an application in, up to the fingerprints. by: the user of each step."""
        users = by or {}
        new = NewApplication(
            office,
            type,
            priority_class,
            holder,
            person_id,
            document_number,
            fee,
            contact,
            language,
            identity_number,
        )
        id = await self.takes_in(new, users.get("create", "siti"))
        if documents_refused_by:
            await self._event(id, ApplicationEvent.REFUSE_DOCUMENTS, documents_refused_by)
        await self.documents_are_accepted(id, shown, users.get("accept_documents", "siti"))
        receipt = receipt or f"receipt of {id}"
        amount = fee.total if fee else None
        await self.pays(id, receipt, users.get("record_payment", "siti"), amount)
        if photographed:
            await self.is_photographed(id, users.get("submit_portrait", "siti"))
        if fingers:
            await self.shows_fingers(id, fingers)
        else:
            await self.gives_fingers(id, users.get("submit_biometrics", "siti"))
        return id

    async def takes_in(self, new: NewApplication, user: str = "siti") -> str:
        """Take an application in, and nothing else."""
        async with self.store.begin() as records:
            by = identity(user, "officer")
            return (await create_application(records, new, by, self.now_is, self.new_id)).id

    async def applies(self, by: Mapping[str, str] | None = None, **application: Any) -> str:
        """Take an application in and hold the interview: it is complete. by: as above."""
        id = await self.brings_documents(by, **application)
        return await self.is_interviewed(id, (by or {}).get("record_interview", "siti"))

    async def documents_are_accepted(
        self, id: str, shown: ShownDocuments | None = None, user: str = "siti"
    ) -> None:
        """Accept the documents. shown: what a loss or damage needs when not given."""
        async with self.store.begin() as records:
            case = await records.cases.get(id)
            valid = await records.documents.valid_of(case.person_id)
            papers = LossPapers("LP/12/X/2018", valid.number if valid else "A1234567")
            await accept_documents(
                records, case, identity(user, "officer"), self.now_is,
                shown or ShownDocuments(loss_papers=papers),
                self.today, VALIDITY, self.apply_transition,
            )  # fmt: skip

    async def pays(
        self, id: str, receipt: str, user: str = "siti", amount: int | None = None
    ) -> None:
        """Record the payment of the fee."""
        async with self.store.begin() as records:
            case = await records.cases.get(id)
            officer = identity(user, "officer")
            await record_payment(
                records, case, officer, self.now_is, receipt, amount, self.apply_transition
            )

    async def gives_fingers(self, id: str, user: str = "siti") -> None:
        """Take fingerprints; they are stored until the matcher has them."""
        await self._event(id, ApplicationEvent.SUBMIT_BIOMETRICS, user)
        async with self.store.begin() as records:
            await records.fingers.store(id, b"fingers")

    async def shows_fingers(
        self, id: str, submission: FingerSubmission, user: str = "siti"
    ) -> None:
        """Submit what could be captured, and why not the rest."""
        async with self.store.begin() as records:
            case = await records.cases.get(id)
            by = identity(user, "officer")
            await submit_fingers(
                records, case, by, self.now_is, submission, FingerAssessment(), self.today,
                self.apply_transition,
            )  # fmt: skip

    async def is_photographed(
        self, id: str, user: str = "siti", jpeg: bytes = b"photo", by: Actor | None = None
    ) -> None:
        """Submit a photo; it is the portrait from then on. by: in place of the user."""
        async with self.store.begin() as records:
            case = await records.cases.get(id)
            officer = by or identity(user, "officer")
            await submit_portrait(records, case, officer, self.now_is, jpeg, self.apply_transition)

    async def is_interviewed(
        self, id: str, user: str = "siti", interview: Interview | None = None
    ) -> str:
        """Record the interview, which completes the application; losses were accidents."""
        async with self.store.begin() as records:
            case = await records.cases.get(id)
            officer = identity(user, "officer")
            lost = case.type is ApplicationType.REPLACEMENT_LOST
            found = interview or Interview(loss_finding=LossFinding.ACCIDENT if lost else None)
            await record_interview(
                records, case, officer, self.now_is, found,
                self.offices, VALIDITY, self.apply_transition,
            )  # fmt: skip
        return id

    async def corrects(self, id: str, holder: bytes, by: Actor, **family: Any) -> None:
        """Correct the data to be printed."""
        async with self.store.begin() as records:
            case = await records.cases.get(id)
            await correct_data(
                records,
                case,
                by,
                self.now_is,
                Correction(holder, **family),
                "typing error",
                self.today,
                VALIDITY,
                self.apply_transition,
            )

    def replacement(self, person: str, number: str) -> dict[str, Any]:
        """What an application for the replacement of a lost passport names."""
        return {
            "type": ApplicationType.REPLACEMENT_LOST,
            "person_id": person,
            "document_number": number,
        }

    async def reports_lost(
        self, number: str, status: DocumentStatus = DocumentStatus.LOST
    ) -> Document:
        """Report that a document is lost or stolen."""
        async with self.store.begin() as records:
            by = identity("siti", "officer")
            return await report_missing(records, number, status, by, self.now_is, "on the bus")

    async def withdraws(self, id: str, by: Actor | None = None) -> None:
        """Withdraw an application at the counter, as siti unless another actor is named."""
        async with self.store.begin() as records:
            case = await records.cases.get(id)
            by = by or identity("siti", "officer")
            await withdraw(records, case, by, self.now_is, self.apply_transition, "moves abroad")

    async def hands_over(self, id: str, user: str = "siti") -> None:
        """Hand the passport over."""
        async with self.store.begin() as records:
            case = await records.cases.get(id)
            officer = identity(user, "officer")
            await hand_over(
                records, case, officer, self.now_is, PassportCollection("Siti"),
                OPTIONAL_CHECK, NOT_ASKED, self.apply_transition,
            )  # fmt: skip

    async def _event(self, id: str, event: ApplicationEvent, user: str) -> None:
        async with self.store.begin() as records:
            case = await records.cases.get(id)
            await self.apply_transition(
                records, case, event, identity(user, "officer"), self.now_is
            )
