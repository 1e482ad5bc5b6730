"""A matcher and printers that answer whatever a history says, and may let the process die."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from issuance.domain.adjudication_referral import Candidate, IdentificationOutcome
from issuance.domain.encounter_change import EncounterStatus, decode_changes
from issuance.domain.finger_check import FingerCheck, FingerComparison
from issuance.domain.identification_request import IdentificationRequest
from issuance.domain.outbox import OutboxTask
from issuance.domain.print_failure import DOCUMENT_ALREADY_CLEARED, JOB_FAILED, PrintFailure
from issuance.domain.print_job_event import JobOutcome, PrintJobEvent
from issuance.domain.verification import Verification
from issuance.use_cases.ports import (
    MatcherDecision,
    PrintRefused,
    Unavailable,
    Unreachable,
    UnusableFingers,
    WorkRefused,
)

from ..use_cases.collection_counter import OWN  # noqa: TID252
from ..use_cases.printed_jobs import a_job_of  # noqa: TID252
from .steps import OFFICES, PERSONS_ON_RECORD

ON_RECORD = "record-"
"""Begins the encounter of each person from before there was an issuance service."""


class ProcessDies(BaseException):
    """The process does not go on after a call; no handler of errors sees it."""


class MatcherMode(StrEnum):
    """What the matcher answers to everybody."""

    KNOWS_NOBODY_ELSE = "knows nobody else"
    FINDS_ANOTHER = "finds another person"
    UNDECIDED = "undecided"
    UNUSABLE = "unusable"
    UNAVAILABLE = "unavailable"
    VERIFIES_ONLY = "verifies only"
    REFUSES = "refuses for good"


class PrinterMode(StrEnum):
    """How a printer answers."""

    WORKS = "works"
    UNREACHABLE = "unreachable"
    ANSWER_LOST = "answer lost"
    REFUSES = "refuses"


@dataclass(slots=True)
class Mortality:
    """When the process dies next: before a call, or after the neighbour has done it."""

    before: bool = False
    after: bool = False

    def check(self, *, done: bool) -> None:
        """Die if it is time."""
        if (done and self.after) or (not done and self.before):
            self.before = self.after = False
            raise ProcessDies


@dataclass(slots=True)
class HistoryMatcher:
    """claims: person on record whom each application claims to be. others: persons by office.

    persons: whose each encounter is. merges: by request, who became whom, and what that moved.
    undone: ids of merges. encounters: those on record, with the status that was set last. requests:
    what each asked, by its id.
    """

    mortality: Mortality
    mode: MatcherMode = MatcherMode.KNOWS_NOBODY_ELSE
    score: float = 12.0
    claims: dict[str, str] = field(default_factory=dict)
    others: dict[str, list[str]] = field(default_factory=dict)
    persons: dict[str, str] = field(
        default_factory=lambda: {
            f"{ON_RECORD}{office}-{number}": f"{office}-{number}"
            for office in OFFICES
            for number in range(PERSONS_ON_RECORD)
        }
    )
    merges: dict[str, tuple[str, str, list[str]]] = field(default_factory=dict)
    undone: set[str] = field(default_factory=set)
    requests: dict[str, tuple[object, ...]] = field(default_factory=dict)
    encounters: dict[str, EncounterStatus] = field(default_factory=dict)
    calls: int = 0

    async def enrol(
        self, task: OutboxTask, asked: IdentificationRequest, fingers: bytes
    ) -> MatcherDecision:
        """See Matcher."""
        self._answers()
        self._is_repeated_alike(task.request_id, asked, fingers)
        if self.mode is MatcherMode.VERIFIES_ONLY:
            raise Unavailable("NOT_READY: the index is being loaded")
        if self.mode is MatcherMode.UNUSABLE:
            raise UnusableFingers("too dry")
        person_id = asked.person_id
        own = [Candidate(person_id, 14.0)] if self.claims.get(task.case) else []
        others = [each for each in self.others.get(task.office, []) if each != person_id]
        found = [*own, *(Candidate(each, self.score) for each in others[:1])]
        outcome = IdentificationOutcome.HIT if found else IdentificationOutcome.NO_HIT
        if self.mode is MatcherMode.KNOWS_NOBODY_ELSE:
            found = own
            outcome = IdentificationOutcome.HIT if own else IdentificationOutcome.NO_HIT
        if self.mode is MatcherMode.UNDECIDED:
            found, outcome = [], IdentificationOutcome.UNDECIDED
        self.encounters.setdefault(asked.encounter_id, EncounterStatus.PENDING)
        self.persons.setdefault(asked.encounter_id, person_id)
        self.mortality.check(done=True)
        return MatcherDecision(f"decision of {task.id}", outcome, tuple(found), "calibration-1")

    async def verify(self, task: OutboxTask, person_id: str, fingers: bytes) -> Verification:
        """See Verifier."""
        self._answers()
        self._is_repeated_alike(task.request_id, person_id, fingers)
        self.mortality.check(done=True)
        return Verification(self.mode is not MatcherMode.UNUSABLE, f"decision of {task.id}")

    async def compare_fingers(
        self, request_id: str, encounter_id: str, fingers: bytes, seconds: float
    ) -> FingerComparison:
        """See FingerMatcher, which takes a refusal for no answer."""
        try:
            self._answers()
        except WorkRefused as error:
            raise Unavailable(str(error)) from error
        if self.mode is MatcherMode.UNUSABLE:
            raise UnusableFingers("too dry", "samples[0]")
        self.mortality.check(done=True)
        if encounter_id not in self.encounters:
            return FingerComparison(FingerCheck.NOT_ON_RECORD)
        found = FingerCheck.MATCH if fingers == OWN else FingerCheck.NO_MATCH
        return FingerComparison(found, f"decision of {request_id}")

    async def set_encounter_status(self, task: OutboxTask) -> None:
        """See Matcher."""
        self._answers()
        for change in decode_changes(task.payload, task.case):
            if change.status is EncounterStatus.DELETED:
                self.encounters.pop(change.encounter_id, None)
                self.persons.pop(change.encounter_id, None)
            elif change.encounter_id in self.encounters:
                self.encounters[change.encounter_id] = change.status
                if change.person_id:
                    self.persons[change.encounter_id] = change.person_id
        self.mortality.check(done=True)

    async def merge_persons(
        self, request_id: str, from_person: str, into_person: str, on_behalf_of: str
    ) -> str:
        """See PersonMerger; a request is answered alike as long as it is the same."""
        self._answers()
        self._is_repeated_alike(request_id, from_person, into_person)
        if request_id in self.merges:
            return request_id
        moved = [id for id, person in self.persons.items() if person == from_person]
        self.persons.update(dict.fromkeys(moved, into_person))
        if moved:
            self.merges[request_id] = from_person, into_person, moved
        self.mortality.check(done=True)
        return request_id if moved else ""

    async def undo_merge(self, request_id: str, merge: str, on_behalf_of: str) -> None:
        """See PersonMerger."""
        self._answers()
        from_person, into_person, moved = self.merges[merge]
        if merge not in self.undone:
            back = [id for id in moved if self.persons.get(id) == into_person]
            self.persons.update(dict.fromkeys(back, from_person))
        self.undone.add(merge)
        self.mortality.check(done=True)

    def _is_repeated_alike(self, request_id: str, *content: object) -> None:
        """Compare a request with what was asked under its id before."""
        assert self.requests.setdefault(request_id, content) == content, "REQUEST_ID_REUSED"

    def _answers(self) -> None:
        self.calls += 1
        self.mortality.check(done=False)
        if self.mode is MatcherMode.UNAVAILABLE:
            raise Unreachable("no answer")
        if self.mode is MatcherMode.REFUSES:
            raise WorkRefused("no such gallery")


@dataclass(slots=True)
class HistoryPrinter:
    """The printer of one office. jobs: as it has them now. events: all that it has told."""

    office: str
    mortality: Mortality
    mode: PrinterMode = PrinterMode.WORKS
    jobs: dict[str, PrintJobEvent] = field(default_factory=dict)
    clearances: dict[str, str] = field(default_factory=dict)
    events: list[PrintJobEvent] = field(default_factory=list)
    heard: int = 0
    calls: int = 0
    made: int = 0

    def take(self, task: OutboxTask, document_number: str) -> str:
        """Take a job for a clearance, once."""
        self.calls += 1
        self.mortality.check(done=False)
        if self.mode is PrinterMode.UNREACHABLE:
            raise Unreachable("no answer")
        if self.mode is PrinterMode.REFUSES and task.clearance not in self.clearances:
            raise PrintRefused(PrintFailure("BAD_PAYLOAD", "holder.name.primary", "too long"))
        job = self.clearances.get(task.clearance) or self._new_job(task, document_number)
        self.mortality.check(done=True)
        if self.mode is PrinterMode.ANSWER_LOST:
            raise Unreachable("the answer was lost")
        return job

    def _new_job(self, task: OutboxTask, document_number: str) -> str:
        for job in self.jobs.values():
            is_same = job.document_number == document_number or job.case == task.case
            if is_same and job.outcome is not JobOutcome.FAILED:
                failure = PrintFailure(DOCUMENT_ALREADY_CLEARED, "", "used")
                raise PrintRefused(failure, job.job)
        self.made += 1
        id = f"{self.office}-job-{self.made}"
        self.clearances[task.clearance] = id
        self._tell(a_job_of(task, id))
        return id

    def finish(self, choice: int) -> None:
        """Make a good book of a job."""
        if job := self._chosen(choice):
            serial = f"B{self.office}{job.job}"
            self._tell(replace(job, outcome=JobOutcome.DONE, book_serial=serial))

    def fail(self, choice: int) -> None:
        """End a job without a book."""
        if job := self._chosen(choice):
            failure = PrintFailure(JOB_FAILED, "", "the machine tore it")
            self._tell(replace(job, outcome=JobOutcome.FAILED, failure=failure))

    def lose(self, choice: int) -> None:
        """Know a job no more."""
        if job := self._chosen(choice):
            del self.jobs[job.job]
            self.events.append(replace(job, outcome=JobOutcome.LOST))
            self.clearances = {c: id for c, id in self.clearances.items() if id != job.job}

    def in_progress(self) -> list[PrintJobEvent]:
        """Return the jobs that are not over."""
        return [job for job in self.jobs.values() if job.outcome is JobOutcome.IN_PROGRESS]

    def _chosen(self, choice: int) -> PrintJobEvent | None:
        jobs = self.in_progress()
        return jobs[choice % len(jobs)] if jobs else None

    def _tell(self, job: PrintJobEvent) -> None:
        self.jobs[job.job] = job
        self.events.append(job)


@dataclass(slots=True)
class HistoryPrinters:
    """The printers of all offices, as issuance calls them."""

    of_office: dict[str, HistoryPrinter]

    async def create_print_job(self, task: OutboxTask) -> str:
        """See Printer; a clearance names its document number."""
        return self.of_office[task.office].take(task, task.clearance.split("/")[0])

    async def get_print_job(self, office: str, job: str) -> PrintJobEvent | None:
        """See Printer."""
        self._answers(office)
        return self.of_office[office].jobs.get(job)

    async def cancel_print_job(self, office: str, job: str, reason: str) -> bool:
        """See Printer."""
        self._answers(office)
        printer = self.of_office[office]
        if found := next((each for each in printer.in_progress() if each.job == job), None):
            printer.jobs[job] = replace(found, outcome=JobOutcome.FAILED)
        return True

    def _answers(self, office: str) -> None:
        if self.of_office[office].mode is PrinterMode.UNREACHABLE:
            raise Unreachable("no answer")


def sign_clearance(
    task: OutboxTask, document_number: str, *, is_repeated: bool, identified_by: str
) -> str:
    """Return a clearance: document number and request."""
    return f"{document_number}/{task.request_id}"
