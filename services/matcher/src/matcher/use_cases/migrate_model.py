"""How does the matcher, all of its replicas, change to another bundle of models?

One replica leads: it computes the embeddings of stored templates, waits until every replica has
made and tried its index, and then lets the bundle serve, in the transaction that ends the
operation. What it has done is in the database; whichever replica continues begins where it was.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from servicekit.errors import DatabaseFailure
from servicekit.process.failpoint import failpoint
from servicekit.process.worker_pool import WorkerPool, work_priority
from sqlalchemy.exc import SQLAlchemyError

from matcher.domain.errors import (
    BundleNotFound,
    BundleRejected,
    BundleUnusable,
    NotReady,
)
from matcher.domain.model_bundle import (
    PACKAGED,
    SEEN_RECENTLY,
    BundleState,
    StoredBundle,
)
from matcher.domain.operation import ReportProgress
from matcher.index.room_for_index import require_room
from matcher.index.stored_columns import embed_outdated
from matcher.model_bundles import ModelBundles, versions_of
from matcher.models import ModelBundle
from matcher.store.store import Store, StoreResponse
from matcher.use_cases.open_migration import require_none_open
from matcher.use_cases.run_operations import RunningOperation
from matcher.use_cases.serving_bundle import ServingBundle

_ENCOUNTERS_PER_STEP = 32
"""Few: a thread that embeds them is missed by searches for some 50 ms."""
_LAST_PRIORITY = 9
_POLL_SECONDS = 0.25
_LISTENING = timedelta(seconds=3)
"""For so long replicas are listened to before one that says nothing is taken for gone."""
_SHARE_OF_EMBEDDING = 0.5
_REPORTED_SHARE = 0.005
_RETRY_AFTER = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Migration:
    """A bundle that serves from now on. change_token: of a state that its index held by then."""

    bundle: str
    model_version: str
    change_token: str


@dataclass(frozen=True, slots=True)
class MigrateModel:
    """Changes from one bundle of models to another.

    pool: for embeddings, which are computed after all other work in it. now: real time.
    """

    serving: ServingBundle
    bundles: ModelBundles
    pool: WorkerPool
    now: Callable[[], datetime]

    async def check(self, name: str) -> None:
        """Refuse what could not be carried out.

        Raises BundleNotFound, BundleUnusable, MigrationInProgress, NoRoomForIndex.
        """
        await self.pool.run(self.bundles.check, name)
        async with self._store.read() as records:
            bundles = await records.bundles.present()
            await require_none_open(records, bundles)
        is_kept = bundles.other is not None and bundles.other.name == name
        if name != bundles.serving_name and not is_kept:
            require_room(await self.serving.current.index.room())

    async def __call__(
        self,
        name: str,
        running: RunningOperation,
        store_response: StoreResponse[Migration],
    ) -> Migration:
        """Change to a bundle; one that was prepared before by this operation is prepared further.

        Raises MigrationInProgress, BundleRejected, NotReady if another replica must lead, and
        LeaseLost as soon as another one does.
        """
        try:
            models = await self.pool.run(self.bundles.load, name)
        except (BundleNotFound, BundleUnusable) as error:  # the replica that was called has it
            raise NotReady(error.message, retry_after=_RETRY_AFTER) from None
        state = await self._begin(name, models, running)
        if state is BundleState.EMBEDDING:
            await self._embed(models, running.report_progress)
            failpoint("matcher.migrate_model.embedded")
            await self._begin_loading(name, running)
        if state is not BundleState.SERVING:
            await self._until_all_are_ready(name, running)
            failpoint("matcher.migrate_model.before_switch")
        migration = await self._switch(name, models, store_response)
        failpoint("matcher.migrate_model.after_switch")
        with suppress(DatabaseFailure, SQLAlchemyError, OSError):  # or with the next check
            await self.serving.check()
        return migration

    @property
    def _store(self) -> Store:
        return self.serving.current.store

    async def _begin(
        self, name: str, models: ModelBundle, running: RunningOperation
    ) -> BundleState:
        """Note in the database what is intended, and return how far that is already."""
        versions, now = versions_of(models.versions), self.now()
        operation_id = running.leased.operation_id
        async with self._store.write() as records:
            bundles = await records.bundles.lock()
            await running.require_lease(records)
            await require_none_open(records, bundles, but_by=operation_id)
            other = bundles.other
            if name == bundles.serving_name:
                return BundleState.SERVING
            state = BundleState.EMBEDDING
            if other is not None and (other.name, other.versions) == (name, versions):
                if other.state is BundleState.KEPT:
                    state = BundleState.LOADING
                elif other.operation_id == operation_id:
                    return other.state
            await records.bundles.prepare(StoredBundle(name, versions, state, operation_id, now))
        return state

    async def _embed(self, models: ModelBundle, report_progress: ReportProgress) -> None:
        """Compute the embeddings that are missing, some at a time, each time stored at once."""
        store = self._store.of_embeddings(models.versions.embedding)
        last, told = 0, 0.0
        async with store.read() as records:
            head = await records.changes.head()
        while True:
            async with store.read() as records:
                stored = await records.index_source.outdated_after(last, _ENCOUNTERS_PER_STEP)
            if not stored:
                return
            with work_priority(_LAST_PRIORITY):
                made = await self.pool.run(embed_outdated, models, stored)
            if made:
                async with store.write() as records:
                    await records.index_source.store_embeddings(made)
            failpoint("matcher.migrate_model.while_embedding")
            last = stored[-1].added_by_change
            share = last / max(last, head.number)
            if share - told >= _REPORTED_SHARE:
                await report_progress(_SHARE_OF_EMBEDDING * share)
                told = share

    async def _begin_loading(self, name: str, running: RunningOperation) -> None:
        async with self._store.write() as records:
            await records.bundles.lock()
            await running.require_lease(records)  # else the bundle may serve by now
            await records.bundles.set_loading(name, self.now())

    async def _until_all_are_ready(self, name: str, running: RunningOperation) -> None:
        """Wait for every replica that says anything. Raises BundleRejected."""
        begun, told = self.now(), 0.0
        while True:
            now = self.now()
            async with self._store.read() as records:
                await running.require_lease(records)
                reports = await records.bundles.reports(name, now - SEEN_RECENTLY)
            for report in reports:
                if report.is_rejected:
                    raise BundleRejected(report.problem, field="bundle")
            share = min((report.share for report in reports), default=0.0)
            if share > told:
                done = _SHARE_OF_EMBEDDING + (1 - _SHARE_OF_EMBEDDING) * share
                await running.report_progress(done)
                told = share
            all_are_ready = reports and all(report.is_ready for report in reports)
            if all_are_ready and now - begun >= _LISTENING:
                return
            await asyncio.sleep(_POLL_SECONDS)

    async def _switch(
        self, name: str, models: ModelBundle, store_response: StoreResponse[Migration]
    ) -> Migration:
        present = self.serving.current
        async with self._store.write() as records:
            bundles = await records.bundles.lock()
            migration = Migration(
                name,
                f"{models.versions.model_version} {models.versions.calibration}",
                str(await records.changes.head()),
            )
            if name != bundles.serving_name:
                # The packaged bundle has no row until something else serves.
                former = bundles.serving or StoredBundle(
                    PACKAGED,
                    versions_of(present.models.versions),
                    BundleState.SERVING,
                    "",
                    self.now(),
                )
                await records.bundles.switch(former, self.now())
            await store_response(records, migration)
        return migration
