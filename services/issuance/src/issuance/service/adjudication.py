"""Servicer of `passport.issuance.v1.Adjudication`: tasks of examiners."""

from collections.abc import Awaitable, Callable, Sequence

from passport.issuance.v1 import adjudication_pb2 as pb
from passport.issuance.v1 import adjudication_pb2_grpc
from servicekit.grpc.server import Context
from servicekit.process.clock import Clock
from servicekit.security.identity import current_caller

from issuance.domain.adjudication_task import UNDECIDED_TASK_STATES, AdjudicationTask
from issuance.service import encode_adjudication as encode
from issuance.service.enum_codes import TASK_STATE_OF, VERDICT_OF
from issuance.service.idempotent_changes import IdempotentChanges, current_actor
from issuance.service.office_scope import own_office, require_own_office
from issuance.service.paging import next_page_token, page_request
from issuance.store.records import Records, Store
from issuance.use_cases.adjudicate import claim_task, decide_task, release_task
from issuance.use_cases.apply_transition import ApplyTransition
from issuance.use_cases.undo_merge import undo_merge


class AdjudicationService(adjudication_pb2_grpc.AdjudicationServicer):
    """Lets examiners list, claim, release and decide tasks, and undo merges of persons."""

    def __init__(
        self,
        store: Store,
        changes: IdempotentChanges,
        apply_transition: ApplyTransition,
        clock: Clock,
        new_id: Callable[[], str],
    ) -> None:
        self._store = store
        self._changes = changes
        self._apply_transition = apply_transition
        self._clock = clock
        self._new_id = new_id

    async def ListTasks(
        self, request: pb.ListTasksRequest, context: Context
    ) -> pb.ListTasksResponse:
        """List tasks, oldest first; undecided ones if no state is given."""
        page = page_request(request.page_size, request.page_token)
        state = TASK_STATE_OF.get(request.state)
        office = own_office(current_caller())
        states = [state] if state else UNDECIDED_TASK_STATES
        async with self._store.read() as records:
            rows = await records.adjudication_tasks.page(page, office, states)
            tasks = await self._encode(records, [task for _, task in rows])
        return pb.ListTasksResponse(
            tasks=tasks,
            next_page_token=next_page_token(page, rows),
        )

    async def ClaimTask(
        self, request: pb.ClaimTaskRequest, context: Context
    ) -> pb.AdjudicationTask:
        """Claim a task for the caller."""

        async def change(records: Records) -> AdjudicationTask:
            return await claim_task(records, request.task_id, current_actor(), self._clock.now())

        return await self._change(request, change)

    async def ReleaseTask(
        self, request: pb.ReleaseTaskRequest, context: Context
    ) -> pb.AdjudicationTask:
        """Give up the caller's claim on a task."""

        async def change(records: Records) -> AdjudicationTask:
            return await release_task(records, request.task_id, current_actor())

        return await self._change(request, change)

    async def DecideTask(
        self, request: pb.DecideTaskRequest, context: Context
    ) -> pb.AdjudicationTask:
        """Add the caller's verdict to a task."""
        verdict = VERDICT_OF[request.verdict]

        async def change(records: Records) -> AdjudicationTask:
            return await decide_task(
                records,
                request.task_id,
                verdict,
                request.reason,
                current_actor(),
                self._clock.now(),
                self._apply_transition,
                request.person_id,
            )

        return await self._change(request, change)

    async def UndoMerge(self, request: pb.UndoMergeRequest, context: Context) -> pb.PersonMerge:
        """Propose to undo a merge of persons, or undo it after another examiner proposed it."""

        async def undo(records: Records) -> pb.PersonMerge:
            merge = await records.person_merges.get(request.task_id)
            require_own_office(current_caller(), merge.office)
            undone = await undo_merge(
                records,
                request.task_id,
                request.application_ids,
                request.reason,
                current_actor(),
                self._clock.now(),
                self._apply_transition,
                self._new_id,
            )
            return encode.person_merge(undone)

        return await self._changes.run(request, pb.PersonMerge, undo)

    async def GetMerge(self, request: pb.GetMergeRequest, context: Context) -> pb.PersonMerge:
        """Return a merge of persons, and what was done to undo it."""
        async with self._store.read() as records:
            merge = await records.person_merges.get(request.task_id)
        require_own_office(current_caller(), merge.office)
        return encode.person_merge(merge)

    async def ListMerges(
        self, request: pb.ListMergesRequest, context: Context
    ) -> pb.ListMergesResponse:
        """List the merges of a person, or those that were proposed to be undone, oldest first."""
        page = page_request(request.page_size, request.page_token)
        office = own_office(current_caller())
        async with self._store.read() as records:
            rows = await records.person_merges.page(page, office, request.person_id)
        return pb.ListMergesResponse(
            merges=[encode.person_merge(merge) for _, merge in rows],
            next_page_token=next_page_token(page, rows),
        )

    async def _change(
        self,
        request: pb.ClaimTaskRequest | pb.ReleaseTaskRequest | pb.DecideTaskRequest,
        change: Callable[[Records], Awaitable[AdjudicationTask]],
    ) -> pb.AdjudicationTask:
        async def change_own(records: Records) -> pb.AdjudicationTask:
            task = await records.adjudication_tasks.get(request.task_id)
            require_own_office(current_caller(), task.office)
            (changed,) = await self._encode(records, [await change(records)])
            return changed

        return await self._changes.run(request, pb.AdjudicationTask, change_own)

    async def _encode(
        self, records: Records, tasks: Sequence[AdjudicationTask]
    ) -> list[pb.AdjudicationTask]:
        persons = {found.person_id for task in tasks for found in task.candidates}
        current = await records.person_merges.all_current(persons)
        earlier = await records.cases.of_persons(set(current.values()))
        return [encode.adjudication_task(task, earlier, current) for task in tasks]
