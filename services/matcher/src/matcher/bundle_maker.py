"""What does a bundle of models consist of in a running matcher? The one place that makes it."""

import asyncio
from dataclasses import dataclass, replace

from servicekit.process.clock import make_clock
from servicekit.process.worker_pool import WorkerPool

from matcher.bootstrap import OpenStore, make_capacity, make_search, model_bundles
from matcher.config import Settings
from matcher.domain.model_bundle import StoredBundle
from matcher.image.decoder_pool import DecoderPool
from matcher.index_placement import MakeIndex
from matcher.models import ModelBundle
from matcher.use_cases.assess_fingers import AssessFingers
from matcher.use_cases.bundle_preparation import BundleWork
from matcher.use_cases.change_encounter import ChangeEncounter
from matcher.use_cases.compare_templates import CompareTemplates
from matcher.use_cases.describe_calibration import DescribeCalibration
from matcher.use_cases.draw_alteration import DrawAlteration
from matcher.use_cases.draw_comparison import DrawComparison
from matcher.use_cases.enrol import Enrol
from matcher.use_cases.extract_fingers import AcceptanceLimits, ExtractFingers
from matcher.use_cases.extract_template import ExtractTemplate
from matcher.use_cases.identify import Identify
from matcher.use_cases.import_encounters import ImportEncounters
from matcher.use_cases.installed_comparators import InstalledComparators
from matcher.use_cases.loaded_bundle import LoadedBundle
from matcher.use_cases.maintain_index import MaintainIndex
from matcher.use_cases.readiness import Readiness
from matcher.use_cases.resolve_probe import ResolveProbe
from matcher.use_cases.segment_slap import SegmentSlap
from matcher.use_cases.store_together import StoreTogether
from matcher.use_cases.supervise_index import SuperviseIndex
from matcher.use_cases.supervise_index_files import SuperviseIndexFiles
from matcher.use_cases.try_bundle import TryBundle
from matcher.use_cases.verify import Verify
from matcher.use_cases.watch_capacity import WatchCapacity


@dataclass(frozen=True, slots=True)
class BundleMaker:
    """Makes bundles with their indexes and use cases, and cares for them.

    base: holds no index, so that an index is gone with its bundle. changed: set when a change was
    committed.
    """

    settings: Settings
    base: OpenStore
    make_index: MakeIndex
    decoders: DecoderPool
    readiness: Readiness
    changed: asyncio.Event

    def first(self, name: str, models: ModelBundle) -> LoadedBundle:
        """Return the bundle that serves first."""
        return self._make(name, models, self.base.index_pools[0])

    def work(self) -> BundleWork:
        """Return what is done with bundles that are prepared while another one serves."""
        trial = TryBundle(self.settings.target_fpir)

        async def load(stored: StoredBundle, serving: LoadedBundle) -> LoadedBundle:
            models = await self.base.pool.run(model_bundles(self.settings).load_stored, stored)
            await self.base.pool.run(models.warm_up)
            first, second = self.base.index_pools
            index_pool = second if serving.index_pool is first else first
            return self._make(stored.name, models, index_pool)

        return BundleWork(load, self.care_for, trial)

    async def care_for(self, bundle: LoadedBundle, readiness: Readiness) -> None:
        """Follow the database, write snapshots and watch the size of an index, until cancelled."""
        index, seconds = bundle.index, self.settings.follow_interval_seconds
        supervise_index = SuperviseIndex(bundle.store, index, readiness)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(supervise_index.run(seconds))
            tasks.create_task(supervise_index.follow(self.changed))
            for part in bundle.index_parts:
                files = SuperviseIndexFiles(part, self.settings.snapshot_interval_changes)
                tasks.create_task(files.run(seconds))
            tasks.create_task(WatchCapacity(index, make_capacity(self.settings)).run())

    def _make(self, name: str, models: ModelBundle, index_pool: WorkerPool) -> LoadedBundle:
        base = self.make_index(models, name, index_pool)
        settings, store, pool, readiness = self.settings, base.store, base.pool, self.readiness
        clock, decode = make_clock(settings), self.decoders.decode
        limits = AcceptanceLimits(settings.minimum_quality, settings.minimum_minutiae)
        extract = ExtractFingers(models, decode, limits, pool, settings.store_images)
        # Nobody asks what is not stored for its image, or whether its ridges are altered.
        extract_only = replace(extract, store_images=False, examine=False)
        store_together = StoreTogether(store)
        resolve_probe = ResolveProbe(store, extract_only, pool, models.embedding)
        search = make_search(settings, base, models)
        return LoadedBundle(
            name=name,
            models=models,
            store=store,
            index=base.index,
            index_parts=base.index_parts,
            index_pool=index_pool,
            resolve_probe=resolve_probe,
            search=search,
            enrol=Enrol(
                store,
                store_together,
                extract,
                resolve_probe,
                search,
                readiness,
                clock,
                settings.target_fpir,
            ),
            change_encounter=ChangeEncounter(store, extract, readiness, clock),
            import_encounters=ImportEncounters(store, store_together, extract, readiness, clock),
            identify=Identify(store, resolve_probe, search, readiness, settings.target_fpir),
            verify=Verify(
                store,
                resolve_probe,
                pool,
                models,
                search.decision_maker,
                readiness,
                settings.target_fmr,
            ),
            draw_comparison=DrawComparison(
                store,
                pool,
                decode,
                InstalledComparators(models.comparator, name, model_bundles(settings)),
                readiness,
            ),
            draw_alteration=DrawAlteration(store, pool, decode, models, readiness),
            assess_fingers=AssessFingers(models, decode, limits, pool, readiness),
            extract_template=ExtractTemplate(extract_only, readiness),
            segment_slap=SegmentSlap(models, decode, pool, readiness),
            compare_templates=CompareTemplates(
                models, decode, settings.minimum_minutiae, pool, readiness
            ),
            describe_calibration=DescribeCalibration(
                models.calibration, base.index, readiness, settings.target_fpir
            ),
            maintain_index=MaintainIndex(store, base.index),
        )
