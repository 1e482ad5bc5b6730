"""What supervisors and examiners decide."""

from issuance.domain.actor import Actor
from issuance.domain.adjudication_task import AdjudicationTask, Verdict
from issuance.domain.contact import NO_CONTACT, Contact
from issuance.domain.open_item import ResolutionReason, ResolvedItem
from issuance.domain.person_merge import PersonMerge
from issuance.store.unrecorded_print_events import UnrecordedPrintEvent
from issuance.use_cases.accept_documents import accept_force_majeure
from issuance.use_cases.adjudicate import claim_task, decide_task
from issuance.use_cases.appeal import appeal
from issuance.use_cases.application_steps import approve, refuse
from issuance.use_cases.open_items import resolve_open_item
from issuance.use_cases.retake_biometrics import retake_biometrics
from issuance.use_cases.undo_merge import undo_merge
from issuance.use_cases.without_fingerprints import establish_identity

from .people import identity
from .recorded_workflow import RecordedWorkflow


class Decisions(RecordedWorkflow):
    """Decides about applications, and settles open items."""

    async def accepts_force_majeure(self, id: str, user: str = "agus") -> None:
        """A supervisor accepts that a flood took the passport."""
        async with self.store.begin() as records:
            case = await records.cases.get(id)
            by = identity(user, "supervisor")
            await accept_force_majeure(
                records, case, by, self.now_is, "flood of Martapura", self.apply_transition
            )

    async def establishes_identity(self, id: str, user: str = "agus") -> str:
        """A supervisor decides who an applicant without fingerprints is."""
        async with self.store.begin() as records:
            case = await records.cases.get(id)
            by = identity(user, "supervisor")
            await establish_identity(
                records, case, by, self.now_is, "as in the family card", self.apply_transition
            )
        return id

    async def approves(
        self, id: str, user: str = "agus", reason: str = "", by: Actor | None = None
    ) -> str:
        """Approve an application. by: in place of the user."""
        async with self.store.begin() as records:
            case = await records.cases.get(id)
            by = by or identity(user, "supervisor")
            await approve(
                records, case, by, self.now_is, self.numbers, self.apply_transition, reason
            )
        return id

    async def refuses(self, id: str, user: str = "agus") -> None:
        """Refuse an application as this supervisor."""
        async with self.store.begin() as records:
            case = await records.cases.get(id)
            by = identity(user, "supervisor")
            await refuse(records, case, by, self.now_is, "not a citizen", self.apply_transition)

    async def appeals(self, id: str, user: str = "hadi", contact: Contact = NO_CONTACT) -> None:
        """Reopen a refused application. contact: in place of one that may be erased."""
        async with self.store.begin() as records:
            case = await records.cases.get(id)
            by = identity(user, "supervisor")
            await appeal(
                records, case, by, self.now_is, "birth certificate found",
                self.offices, self.apply_transition, self.new_id, contact,
            )  # fmt: skip

    async def retakes_biometrics(self, id: str, by: Actor) -> None:
        """Have the fingerprints taken again."""
        async with self.store.begin() as records:
            case = await records.cases.get(id)
            await retake_biometrics(
                records, case, by, self.now_is, "smudged", self.apply_transition
            )

    async def claims(self, task: str, user: str) -> AdjudicationTask:
        """An examiner claims an adjudication task."""
        async with self.store.begin() as records:
            return await claim_task(records, task, identity(user, "examiner"), self.now_is)

    async def examines(
        self, task: str, user: str, verdict: Verdict, person_id: str = ""
    ) -> AdjudicationTask:
        """An examiner claims an adjudication task and gives a verdict."""
        await self.claims(task, user)
        async with self.store.begin() as records:
            by = identity(user, "examiner")
            return await decide_task(
                records, task, verdict, "seen", by, self.now_is, self.apply_transition, person_id
            )

    async def finds_two(self, task: str, user: str, *applications: str) -> PersonMerge:
        """An examiner finds that the persons whom a task merged are two."""
        async with self.store.begin() as records:
            by = identity(user, "examiner")
            return await undo_merge(
                records, task, applications, "twins", by, self.now_is, self.apply_transition,
                self.new_id,
            )  # fmt: skip

    async def settles(
        self, item: str, reason: ResolutionReason, by: Actor, why: str = "seen"
    ) -> ResolvedItem:
        """Somebody settles an open item; what takes two persons is proposed before."""
        async with self.store.begin() as records:
            _, settled = await resolve_open_item(
                records, item, reason, why, by, self.now_is, self.apply_transition
            )
        assert isinstance(settled, ResolvedItem)
        return settled

    async def proposes(
        self, item: str, reason: ResolutionReason, by: Actor, why: str = "seen"
    ) -> UnrecordedPrintEvent:
        """Somebody proposes how a print job that fits nowhere is settled."""
        async with self.store.begin() as records:
            same, found = await resolve_open_item(
                records, item, reason, why, by, self.now_is, self.apply_transition
            )
        assert same == item
        assert isinstance(found, UnrecordedPrintEvent)
        return found
