"""Which bundle of models decides in this process? The one that the database says serves."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog
from servicekit.errors import DatabaseFailure, DomainError
from servicekit.process.failpoint import failpoint
from sqlalchemy.exc import SQLAlchemyError

from matcher.domain.errors import NotReady
from matcher.domain.model_bundle import (
    GONE_AFTER,
    PACKAGED,
    SEEN_RECENTLY,
    BundleReport,
    Bundles,
    BundleState,
    StoredBundle,
)
from matcher.use_cases.bundle_preparation import BundlePreparation, BundleWork
from matcher.use_cases.loaded_bundle import LoadedBundle
from matcher.use_cases.open_migration import is_given_up
from matcher.use_cases.readiness import Readiness, ServiceLevel
from matcher.use_cases.remove_unused_files import RemoveUnusedFiles

_CHECK_SECONDS = 0.25
_RETRY_SECONDS = 5.0
"""After which a bundle is read again that could not be: its files are hashed each time."""
_REPORT_INTERVAL = SEEN_RECENTLY / 6
_REPORT_INTERVAL_KEPT = GONE_AFTER / 5

_log = structlog.get_logger(__name__)


class ServingBundle:
    """The bundle in use, and the other one that is prepared or kept.

    current: to be read once for each call, which is finished by it. replica: name of this process.
    remove_unused_files: of bundles that are neither of these. now: real time.
    """

    def __init__(
        self,
        current: LoadedBundle,
        work: BundleWork,
        readiness: Readiness,
        *,
        replica: str,
        remove_unused_files: RemoveUnusedFiles,
        now: Callable[[], datetime],
    ) -> None:
        self.current = current
        self._work = work
        self._readiness = readiness
        self._replica = replica
        self._remove_unused_files = remove_unused_files
        self._now = now
        self._preparation: BundlePreparation | None = None
        self._care: asyncio.Future[None] | None = None
        self._reported: BundleReport | None = None
        self._checking = asyncio.Lock()

    @property
    def other(self) -> LoadedBundle | None:
        """The bundle that was tried beside the one that serves; None if there is none."""
        preparation = self._preparation
        return preparation.bundle if preparation is not None and preparation.is_tried else None

    async def run(self) -> None:
        """Follow what the database says until cancelled; care for the index of what serves."""
        self._begin_care()
        try:
            while True:
                try:
                    await self.check()
                except (DatabaseFailure, SQLAlchemyError, OSError) as error:
                    _log.warning("bundles_not_followed", error=type(error).__name__)
                await self._wait()
        finally:
            await self._end_care()
            if self._preparation is not None:
                await self._preparation.end()

    async def _wait(self) -> None:
        """Wait until the next check; raise what ended the care for the index, a fault of ours."""
        care = self._care
        if care is None:  # the bundle that serves could not be read
            await asyncio.sleep(_RETRY_SECONDS)
        elif (await asyncio.wait([care], timeout=_CHECK_SECONDS))[0] and care is self._care:
            care.result()

    async def save_snapshots(self) -> None:
        """Write snapshots of the indexes in use, for the next start. Raises OSError.

        That of a shard which does not answer is left out.
        """
        for bundle in (self.current, self.other):
            if bundle is not None:
                try:
                    await bundle.index.save_snapshot()
                except NotReady as error:
                    _log.warning("snapshot_not_saved", bundle=bundle.name, reason=error.message)

    async def check(self) -> None:
        """Use, prepare, keep or discard bundles as the database says now."""
        async with self._checking:
            bundles = await self._bundles()
            if bundles.serving_name != self.current.name:
                await self._change_to(bundles)
            elif self._care is None:
                self._begin_care()
            await self._prepare(bundles.other)
            await self._report()
            await self._remove_unused_files(self._in_use())

    async def _bundles(self) -> Bundles:
        """Return what the database says; a bundle whose migration was given up is forgotten."""
        async with self.current.store.read_once() as records:
            bundles = await records.bundles.present()
        if bundles.prepared is None:
            return bundles
        async with self.current.store.read() as records:
            bundles = await records.bundles.present()  # of the state that tells of its operation
            if not await is_given_up(records, bundles):
                return bundles
        async with self.current.store.write() as records:
            bundles = await records.bundles.lock()
            if not await is_given_up(records, bundles):
                return bundles
            await records.bundles.forget_other()
        return Bundles(bundles.serving)

    async def _change_to(self, bundles: Bundles) -> None:
        """Use the bundle that serves now: at once if it was made ready, else when it is loaded."""
        preparation, former = self._preparation, self.current
        if (
            preparation is None
            or preparation.bundle is None
            or not preparation.is_tried
            or preparation.stored.name != bundles.serving_name
        ):
            await self._load(bundles)
            return
        self.current, self._preparation = preparation.bundle, None
        _log.info("bundle_changed", bundle=self.current.name, former=former.name)
        failpoint("matcher.migrate_model.after_change")
        await preparation.end()
        await self._end_care()
        self._begin_care()
        if bundles.other is not None and bundles.other.name == former.name:
            self._preparation = BundlePreparation(bundles.other, self._work, self.current, former)
        else:
            await former.index.close()

    async def _load(self, bundles: Bundles) -> None:
        """Use a bundle that is not ready: the database is another one, or this process was away.

        Nothing is decided by the former one meanwhile.
        """
        await self._end_care()
        reason = f"the bundle {bundles.serving_name} is being loaded"
        await self._readiness.set_level(ServiceLevel.DOWN, reason)
        preparation, former = self._preparation, self.current
        if preparation is not None:  # another one is tried beside the bundle that serves by then
            self._preparation = None
            await preparation.give_up()
        if bundles.serving is None:  # a database from before anything else than this served
            packaged = StoredBundle(PACKAGED, "", BundleState.SERVING, "", self._now())
            self.current = await self._loaded(packaged)
        else:
            self.current = await self._loaded(bundles.serving)
        await former.index.close()
        self._begin_care()

    async def _loaded(self, stored: StoredBundle) -> LoadedBundle:
        try:
            return await self._work.load(stored, self.current)
        except DomainError as error:
            await self._readiness.set_level(ServiceLevel.DOWN, error.message)
            raise OSError(error.message) from error

    async def _prepare(self, other: StoredBundle | None) -> None:
        preparation = self._preparation
        if preparation is not None:
            if other is not None and preparation.is_of(other):
                preparation.follow(other)
                return
            self._preparation = None
            await preparation.give_up()
        if other is not None:
            self._preparation = BundlePreparation(other, self._work, self.current)

    async def _report(self) -> None:
        """Store how far this replica is: when that has changed, and so often that it is not gone.

        While somebody waits for it, that is more often.
        """
        preparation, before, now = self._preparation, self._reported, self._now()
        if preparation is None:
            self._reported = None
            return
        report = BundleReport(
            self._replica,
            preparation.stored.name,
            preparation.share,
            preparation.is_ready,
            preparation.problem,
            preparation.is_rejected,
            now,
        )
        if before is not None and _says_the_same(before, report):
            is_kept = preparation.stored.state is BundleState.KEPT
            interval = _REPORT_INTERVAL_KEPT if is_kept else _REPORT_INTERVAL
            if now - before.seen_at < interval:
                return
        async with self.current.store.write() as records:
            await records.bundles.report(report)
        self._reported = report

    def _in_use(self) -> frozenset[str]:
        """Return the names of the bundles whose files are needed."""
        preparation = self._preparation
        others = () if preparation is None else (preparation.stored.name,)
        return frozenset((self.current.name, *others))

    def _begin_care(self) -> None:
        self._care = asyncio.ensure_future(self._work.care_for(self.current, self._readiness))

    async def _end_care(self) -> None:
        care, self._care = self._care, None
        if care is not None:
            care.cancel()
            await asyncio.gather(care, return_exceptions=True)


def _says_the_same(before: BundleReport, now: BundleReport) -> bool:
    return (before.bundle, before.is_ready, before.problem) == (
        now.bundle,
        now.is_ready,
        now.problem,
    )
