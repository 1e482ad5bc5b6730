"""Examiners who find two persons on record to be one, and others who find that to be a mistake."""

from itertools import count

from passport.issuance.v1 import adjudication_pb2 as pb
from passport.issuance.v1.adjudication_pb2_grpc import AdjudicationStub

from harness.identities import NATIONAL, ClientChannels, Identity
from harness.patient_calls import call_until_answered
from harness.world.seeds import request_id

_FIRST = tuple(Identity(NATIONAL, name, "examiner") for name in ("eko", "fitri"))
_OTHERS = tuple(Identity(NATIONAL, name, "examiner") for name in ("gita", "hana"))


class MergingExaminers:
    """Two examiners who merge persons, and two others who undo it, as four eyes demand."""

    def __init__(self, clients: ClientChannels, seed: int) -> None:
        self._tasks = {
            who: AdjudicationStub(clients.channel("issuance", who)) for who in (*_FIRST, *_OTHERS)
        }
        self._seed = seed
        self._calls = count()

    async def find_one(self, application_id: str, person_id: str) -> str:
        """Find the applicant to be this person on record; return the id of the task."""
        listed = await call_until_answered(self._tasks[_FIRST[0]].ListTasks, pb.ListTasksRequest())
        (task,) = [each for each in listed.tasks if each.application_id == application_id]
        for who in _FIRST:
            claim = pb.ClaimTaskRequest(request_id=self._id(), task_id=task.task_id)
            await call_until_answered(self._tasks[who].ClaimTask, claim)
            verdict = pb.DecideTaskRequest(
                request_id=self._id(),
                task_id=task.task_id,
                verdict=pb.VERDICT_SAME_PERSON,
                reason="one person with two records",
                person_id=person_id,
            )
            await call_until_answered(self._tasks[who].DecideTask, verdict)
        return task.task_id

    async def find_two(self, task_id: str) -> None:
        """Find that the persons whom a task merged are two."""
        for who in _OTHERS:
            undo = pb.UndoMergeRequest(
                request_id=self._id(), task_id=task_id, reason="the fingers were mixed up"
            )
            await call_until_answered(self._tasks[who].UndoMerge, undo)

    def _id(self) -> str:
        return request_id(self._seed, "merging-examiner", next(self._calls))
