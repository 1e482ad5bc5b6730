"""Examiners: stand-ins for human eyes, who know from the world's making who is who.

They do what examiners do: take a task, fetch the picture of both prints, decide, and leave a
duplicate to a second pair of eyes. Only their judgement is not computed from the picture.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count, cycle

from passport.issuance.v1 import adjudication_pb2 as pb
from passport.issuance.v1.adjudication_pb2_grpc import AdjudicationStub
from passport.matcher.v1 import identification_pb2 as identification
from passport.matcher.v1.identification_pb2_grpc import EvidenceStub

from harness.identities import EXAMINERS, ClientChannels, Identity
from harness.patient_calls import call_until_answered, pages
from harness.world.seeds import request_id

WhoIsWho = Callable[[str], str]
"""Returns the key of the true person behind a person id."""


@dataclass(slots=True)
class Examined:
    """A decided adjudication task, with the matcher's decision and the figures examined.

    figures: of both prints. ridges: of a finger that may be altered.
    """

    task: pb.AdjudicationTask
    decision: identification.Decision
    figures: list[identification.DrawDecisionResponse] = field(default_factory=list)
    ridges: list[identification.DrawAlterationResponse] = field(default_factory=list)

    @property
    def confirmed(self) -> bool:
        """Return whether the task was decided against the applicant."""
        return self.task.state == pb.TASK_STATE_CONFIRMED


class Examiners:
    """Three examiners who share the list of adjudication tasks."""

    def __init__(self, clients: ClientChannels, seed: int, who_is_who: WhoIsWho) -> None:
        self._tasks = {w: AdjudicationStub(clients.channel("issuance", w)) for w in EXAMINERS}
        self._evidence = {w: EvidenceStub(clients.channel("matcher", w)) for w in EXAMINERS}
        self._turns = cycle(EXAMINERS)
        self._seed = seed
        self._who_is_who = who_is_who
        self._calls = count()

    async def decide_all(self) -> list[Examined]:
        """Decide every open task, oldest first; a duplicate by two different examiners."""
        decided = []
        while tasks := await self._open_tasks():
            decided += [await self._examine(task) for task in tasks]
        return decided

    async def _examine(self, task: pb.AdjudicationTask) -> Examined:
        ask = identification.GetDecisionRequest(decision_id=task.decision_id)
        examined = Examined(
            task, await call_until_answered(self._evidence[EXAMINERS[0]].GetDecision, ask)
        )
        while examined.task.state in (pb.TASK_STATE_OPEN, pb.TASK_STATE_CLAIMED):
            who = next(self._turns)
            claim = pb.ClaimTaskRequest(request_id=self._id(), task_id=task.task_id)
            await call_until_answered(self._tasks[who].ClaimTask, claim)
            if task.cause == pb.TASK_CAUSE_POSSIBLY_ALTERED:
                examined.ridges.append(await self._look_at_ridges(who, task))
            else:
                examined.figures.append(await self._look(who, task))
            examined.task = await call_until_answered(
                self._tasks[who].DecideTask, self._decision(task)
            )
        return examined

    async def _look(
        self, who: Identity, task: pb.AdjudicationTask
    ) -> identification.DrawDecisionResponse:
        request = identification.DrawDecisionRequest(
            decision_id=task.decision_id, person_id=task.candidates[0].person_id
        )
        return await call_until_answered(self._evidence[who].DrawDecision, request)

    async def _look_at_ridges(
        self, who: Identity, task: pb.AdjudicationTask
    ) -> identification.DrawAlterationResponse:
        request = identification.DrawAlterationRequest(decision_id=task.decision_id)
        return await call_until_answered(self._evidence[who].DrawAlteration, request)

    def _decision(self, task: pb.AdjudicationTask) -> pb.DecideTaskRequest:
        applicant = self._who_is_who(task.person_id)
        same_person_ids = [
            candidate.person_id
            for candidate in task.candidates
            if candidate.person_id != task.person_id
            and self._who_is_who(candidate.person_id) == applicant
        ]
        duplicate = bool(same_person_ids)
        return pb.DecideTaskRequest(
            request_id=self._id(),
            task_id=task.task_id,
            verdict=pb.VERDICT_DUPLICATE if duplicate else pb.VERDICT_CLEARED,
            reason=f"the same fingers as {same_person_ids[0]}"
            if duplicate
            else "ridge flow and minutiae differ from the candidate's",
        )

    async def _open_tasks(self) -> list[pb.AdjudicationTask]:
        async def fetch(token: str) -> tuple[list[pb.AdjudicationTask], str]:
            request = pb.ListTasksRequest(page_size=500, page_token=token)
            answer = await call_until_answered(self._tasks[EXAMINERS[0]].ListTasks, request)
            return list(answer.tasks), answer.next_page_token

        return await pages(fetch)

    def _id(self) -> str:
        return request_id(self._seed, "examiner", next(self._calls))
