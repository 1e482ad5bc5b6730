"""`Adjudication`: decode, call, encode."""

from collections.abc import Awaitable, Callable
from typing import Any

from passport.issuance.v1 import adjudication_pb2 as pb
from passport.issuance.v1 import adjudication_pb2_grpc
from servicekit.grpc.server import Context
from servicekit.process.clock import Clock
from servicekit.security.identity import NATIONAL, current_caller

from issuance.domain.adjudication import TaskState
from issuance.service import encode
from issuance.service.changes import Changes, actor
from issuance.service.pages import next_token, own_office, page
from issuance.service.words import TASK_STATE_OF, VERDICT_OF
from issuance.use_cases.adjudicate import claim, decide, give_back
from issuance.use_cases.kept import Question
from issuance.use_cases.move import Move
from issuance.use_cases.records import Records, Transactions

_UNDECIDED = (TaskState.OPEN, TaskState.CLAIMED)


class AdjudicationService(adjudication_pb2_grpc.AdjudicationServicer):
    """Tasks of examiners."""

    def __init__(
        self, transactions: Transactions, changes: Changes, move: Move, clock: Clock
    ) -> None:
        self._transactions = transactions
        self._changes = changes
        self._move = move
        self._clock = clock

    async def ListTasks(
        self, request: pb.ListTasksRequest, context: Context
    ) -> pb.ListTasksResponse:
        """Tasks, oldest first."""
        part = page(request.page_size, request.page_token)
        asked = TASK_STATE_OF.get(request.state)
        office = None if current_caller().office == NATIONAL else current_caller().office
        async with self._transactions.read() as records:
            found = await records.tasks.page(part, office, [asked] if asked else _UNDECIDED)
        return pb.ListTasksResponse(
            tasks=[encode.task(question) for _, question in found],
            next_page_token=next_token(part, [number for number, _ in found]),
        )

    async def ClaimTask(
        self, request: pb.ClaimTaskRequest, context: Context
    ) -> pb.AdjudicationTask:
        """Take a task for oneself."""

        async def act(records: Records) -> Question:
            return await claim(records, request.task_id, actor(current_caller()), self._clock.now())

        return await self._change(request, act)

    async def ReleaseTask(
        self, request: pb.ReleaseTaskRequest, context: Context
    ) -> pb.AdjudicationTask:
        """Give a task back."""

        async def act(records: Records) -> Question:
            return await give_back(records, request.task_id, actor(current_caller()))

        return await self._change(request, act)

    async def DecideTask(
        self, request: pb.DecideTaskRequest, context: Context
    ) -> pb.AdjudicationTask:
        """Say what one sees."""
        verdict, why = VERDICT_OF[request.verdict], request.reason

        async def act(records: Records) -> Question:
            by, now = actor(current_caller()), self._clock.now()
            return await decide(records, request.task_id, verdict, why, by, now, self._move)

        return await self._change(request, act)

    async def _change(
        self, request: Any, act: Callable[[Records], Awaitable[Question]]
    ) -> pb.AdjudicationTask:
        async def in_scope(records: Records) -> pb.AdjudicationTask:
            own_office(current_caller(), (await records.tasks.get(request.task_id)).office)
            return encode.task(await act(records))

        return await self._changes.run(request, pb.AdjudicationTask, in_scope)
