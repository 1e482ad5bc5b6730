"""What applicants and staff do, honest or not."""

from collections.abc import Collection
from contextlib import suppress

from issuance.domain.adjudication_task import Verdict
from issuance.domain.application_type import ApplicationType
from issuance.domain.case import Case
from issuance.domain.finger_check import MOST_TRIES, FingerCheckUnavailable
from issuance.domain.open_item import ResolutionReason
from issuance.domain.states import ApplicationState
from servicekit.errors import DomainError

from ..use_cases.collection_counter import ANOTHERS, OWN  # noqa: TID252
from ..use_cases.emergencies import must_travel, need_not_travel  # noqa: TID252
from ..use_cases.people import HOLDER, identity  # noqa: TID252
from .mortal_issuance import MortalIssuance
from .neighbours import ProcessDies
from .steps import PERSONS_ON_RECORD, Step, is_over

USERS = ("siti", "budi", "agus", "hadi", "dewi")
_INSPECTORS = ("tono", "rini", "joko", "wati", "sari", "yudi")
"""The first three are among the busy staff, and may have taken in or disagreed."""
_EXAMINERS_OF_MERGES = ("gita", "hana")
_OTHER_EXAMINERS = ("fauzi", "ratna")
_INSPECTOR = 20
"""From this choice on people act who had nothing to do with any application, and who clear."""
_TYPES = (
    ApplicationType.RENEWAL,
    ApplicationType.REPLACEMENT_DAMAGED,
    ApplicationType.REPLACEMENT_LOST,
)
_PRESENTED = (b"", OWN, b"", ANOTHERS)
"""The fingers that are compared at a hand-over; none of some."""
_VERDICTS = (Verdict.CLEARED, Verdict.CLEARED, Verdict.DUPLICATE, Verdict.SAME_PERSON)


def _user(choice: int) -> str:
    """Return a user: one of the office, or from 20 on one of those who come at the end."""
    if choice >= _INSPECTOR:
        return _INSPECTORS[(choice - _INSPECTOR) // len(_VERDICTS)]
    return USERS[choice % len(USERS)]


class ActingPeople(MortalIssuance):
    """Has somebody apply, take the next step of an application, or turn back."""

    async def applies(self, step: Step) -> None:
        """Somebody applies: for the first time, or to renew or replace what they have."""
        flow = self.workflow
        found = await self.read()
        mine = [each for each in found.documents if each.office == step.office]
        user = _user(step.b)
        by = dict.fromkeys(("create", "accept_documents", "submit_biometrics"), user)
        if not mine or step.b % 2:
            await flow.brings_documents(by, office=step.office)
            return
        person = mine[step.a % len(mine)].person_id
        kind = _TYPES[step.b // 2 % len(_TYPES)]
        id = await flow.brings_documents(by, office=step.office, type=kind, person_id=person)
        self.matcher.claims[id] = person

    async def renews(self, step: Step) -> None:
        """Somebody renews a passport from before there was an issuance service."""
        person, user = f"{step.office}-{step.a % PERSONS_ON_RECORD}", _user(step.b)
        by = dict.fromkeys(("create", "accept_documents", "submit_biometrics"), user)
        id = await self.workflow.applies(
            by, office=step.office, type=ApplicationType.RENEWAL, person_id=person
        )
        self.matcher.claims[id] = person

    async def goes_on(self, step: Step) -> None:
        """Whoever is there takes the next step of an application."""
        cases = await self._cases(step.office)
        open_cases = [case for case in cases if not is_over(case)]
        if open_cases:
            await self._take_next_step(open_cases[step.a % len(open_cases)], step.b)

    async def staff_is_busy(self, step: Step) -> None:
        """Staff who had nothing to do with them take the next step of all applications."""
        for case in await self._cases(step.office):
            with suppress(DomainError):
                await self._take_next_step(case, _INSPECTOR + step.a)

    async def _take_next_step(self, case: Case, choice: int) -> None:
        flow, states = self.workflow, ApplicationState
        user = _user(choice)
        match case.state:
            case states.PAID:
                await flow.gives_fingers(case.id, user)
            case states.BIOMETRICS_TAKEN:
                await flow.is_interviewed(case.id, user)
            case states.HANDED_OVER if case.identification_due:
                await self._examine(case, user, _VERDICTS[choice % len(_VERDICTS)])
                await self._know_otherwise(case, user)
            case states.ADJUDICATION:
                await self._examine(case, user, _VERDICTS[choice % len(_VERDICTS)])
            case states.PRINT_FAILED if case.print_failure and case.print_failure.is_in_the_data:
                await flow.corrects(case.id, HOLDER, identity(user, "officer"))
            case states.AWAITING_APPROVAL | states.PRINT_FAILED:
                await flow.approves(case.id, user, "seen")
            case states.READY:
                await self._collects(case, user, choice)
            case _:
                pass

    async def _collects(self, case: Case, user: str, choice: int) -> None:
        """Hand a passport over, or decide about fingers that differed too often.

        Whoever comes to clear takes the fingers of the holder; others take none, or another's.
        """
        if case.finger_check.is_for_supervisor:
            await self._counter.waives(case.id, user)
            return
        fingers = OWN if choice >= _INSPECTOR else _PRESENTED[choice % len(_PRESENTED)]
        try:
            await self._presents(case, user, fingers)
        except FingerCheckUnavailable:
            await self._counter.waives(case.id, user)

    async def _presents(self, case: Case, user: str, fingers: bytes) -> None:
        try:
            await self._counter.hands_over(case.id, fingers, user=user)
        except ProcessDies:
            await self._starts_again()

    async def impostor_collects(self, step: Step) -> None:
        """Somebody else comes for the passports that are ready, once or until nobody asks again."""
        for case in await self._cases(step.office):
            if case.state is ApplicationState.READY:
                for _ in range(MOST_TRIES if step.a % 2 else 1):
                    with suppress(DomainError):
                        await self._presents(case, _user(step.b), ANOTHERS)

    async def persons_are_one(self, step: Step) -> None:
        """Two examiners find that applicants are persons whom the matcher found.

        Other applications of both are withdrawn first.
        """
        await self._find_persons_to_be_one(_INSPECTORS[-2:])

    async def others_find_persons_to_be_one(self, step: Step) -> None:
        """Two examiners who examined no application before find the same."""
        await self._find_persons_to_be_one(_OTHER_EXAMINERS)

    async def _find_persons_to_be_one(self, examiners: Collection[str]) -> None:
        for task in await self.workflow.tasks():
            for candidate in task.candidates[:1]:
                await self._withdraw_others(task.case, {task.person_id, candidate.person_id})
                for examiner in examiners:
                    with suppress(DomainError):
                        await self.workflow.examines(
                            task.id, examiner, Verdict.SAME_PERSON, candidate.person_id
                        )

    async def persons_are_two(self, step: Step) -> None:
        """Two examiners find that the latest merge was a mistake.

        An application since then may be that of either person.
        """
        async with self.workflow.store.read() as records:
            merges = await records.person_merges.all()
        for merge in merges[-1:]:
            cases = await self._cases(step.office)
            theirs = [case.id for case in cases if case.person_id == merge.into_person]
            named = theirs[-1:] if step.b % 2 else []
            for examiner in _EXAMINERS_OF_MERGES:
                with suppress(DomainError):
                    await self.workflow.finds_two(merge.id, examiner, *named)

    async def is_found_twice(self, step: Step) -> None:
        """Two examiners find that applicants are on record under another identity."""
        for task in await self.workflow.tasks():
            for examiner in _INSPECTORS[-2:]:
                with suppress(DomainError):
                    await self.workflow.examines(task.id, examiner, Verdict.DUPLICATE)

    async def _withdraw_others(self, but: str, persons: Collection[str]) -> None:
        for case in (await self.read()).cases:
            if case.person_id in persons and case.id != but and not is_over(case):
                with suppress(DomainError):
                    await self.workflow.withdraws(case.id, identity("dewi", "supervisor"))

    async def _examine(self, case: Case, user: str, verdict: Verdict) -> None:
        for task in await self.workflow.tasks():
            if task.case == case.id:
                person = task.candidates[0].person_id if task.candidates else ""
                same = person if verdict is Verdict.SAME_PERSON else ""
                await self.workflow.examines(task.id, user, verdict, same)

    async def _know_otherwise(self, case: Case, user: str) -> None:
        by, reason = identity(user, "supervisor"), ResolutionReason.DONE_BY_HAND
        with suppress(DomainError):
            await self.workflow.settles(f"identification:{case.id}", reason, by)

    async def must_travel(self, step: Step) -> None:
        """Applicants need an emergency document."""
        for case in await self._cases(step.office):
            with suppress(DomainError):
                await must_travel(self.workflow, case.id, _user(step.b))

    async def need_not_travel(self, step: Step) -> None:
        """An applicant needs none any more."""
        if case := await self._chosen(step):
            await need_not_travel(self.workflow, case.id)

    async def withdraws(self, step: Step) -> None:
        """A supervisor withdraws an application for somebody who is not there."""
        if case := await self._chosen(step):
            await self.workflow.withdraws(case.id, identity(_user(step.b), "supervisor"))
            return

    async def gives_up(self, step: Step) -> None:
        """An applicant withdraws at the counter."""
        if case := await self._chosen(step):
            await self.workflow.withdraws(case.id)

    async def is_refused(self, step: Step) -> None:
        """A supervisor refuses an application in whatever state it is."""
        if case := await self._chosen(step):
            await self.workflow.refuses(case.id, _user(step.b))

    async def appeals(self, step: Step) -> None:
        """Somebody who was refused appeals."""
        cases = await self._cases(step.office)
        refused = [case for case in cases if case.state is ApplicationState.REFUSED]
        if refused:
            case = refused[step.a % len(refused)]
            await self.workflow.appeals(case.id, _user(step.b))
            await self._photograph(case)

    async def _photograph(self, case: Case) -> None:
        await self.workflow.is_photographed(case.id, "siti")

    async def retakes(self, step: Step) -> None:
        """Fingerprints are to be taken again."""
        if case := await self._chosen(step):
            by = identity(_user(step.b), "supervisor")
            await self.workflow.retakes_biometrics(case.id, by)

    async def corrects(self, step: Step) -> None:
        """An officer corrects the data."""
        if case := await self._chosen(step):
            await self.workflow.corrects(case.id, HOLDER, identity(_user(step.b), "officer"))

    async def loses_passport(self, step: Step) -> None:
        """Somebody reports that their passport is lost."""
        found = await self.read()
        mine = [each for each in found.documents if each.office == step.office]
        if mine:
            await self.workflow.reports_lost(mine[step.a % len(mine)].number)
