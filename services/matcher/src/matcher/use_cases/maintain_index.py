"""What can an administrator have done to the index of a running replica?"""

from dataclasses import dataclass

from matcher.domain.errors import ContradictoryDatabase, IndexDoubtful
from matcher.domain.index_entry import IndexState, SnapshotFacts
from matcher.domain.operation import ReportProgress
from matcher.index.served_index import ServedIndex
from matcher.store.store import Store, StoreResponse


@dataclass(frozen=True, slots=True)
class RebuiltIndex:
    """An index that was made anew. change_token: of the database that it then held, at least."""

    change_token: str
    state: IndexState


@dataclass(frozen=True, slots=True)
class MaintainIndex:
    """Writes and verifies snapshots, and makes the index anew."""

    store: Store
    index: ServedIndex

    async def create_snapshot(self, store_response: StoreResponse[SnapshotFacts]) -> SnapshotFacts:
        """Write a snapshot of all changes committed before.

        Raises ContradictoryDatabase, NoSnapshotFile, NotReady.
        """
        await self._catch_up()
        facts = await self.index.snapshot_of_now()
        async with self.store.write() as records:
            await store_response(records, facts)
        return facts

    async def verify_snapshot(self, store_response: StoreResponse[SnapshotFacts]) -> SnapshotFacts:
        """Read the last snapshot, and compare it with the database.

        Raises NoSnapshotFile, SnapshotUnusable.
        """
        facts = await self.index.verify_snapshot()
        async with self.store.write() as records:
            await store_response(records, facts)
        return facts

    async def rebuild(
        self,
        *,
        recompute_embeddings: bool,
        store_response: StoreResponse[RebuiltIndex],
        report_progress: ReportProgress,
    ) -> RebuiltIndex:
        """Make the index anew from the database; the present one answers until then.

        recompute_embeddings: compute those again too, from the templates.
        Raises ContradictoryDatabase, NoRoomForIndex.
        """
        await self.index.require_room()
        if recompute_embeddings:
            async with self.store.write() as records:
                await records.index_source.invalidate_embeddings()
        async with self.store.read() as records:
            head = await records.changes.head()
        rebuilt = RebuiltIndex(str(head), await self.index.rebuild(report_progress))
        async with self.store.write() as records:
            await store_response(records, rebuilt)
        return rebuilt

    async def _catch_up(self) -> None:
        """Bring the index up to the database; raise ContradictoryDatabase if none can be made."""
        try:
            await self.index.catch_up()
        except IndexDoubtful:  # it was dropped: load one from the database, once
            try:
                await self.index.catch_up()
            except IndexDoubtful as doubtful:
                raise ContradictoryDatabase(f"no index can be made: {doubtful.doubt}") from None
