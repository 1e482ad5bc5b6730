"""In which state is the matcher: level, database, index, open work?"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from servicekit.process.clock import Clock

from matcher.domain.change_token import ChangeToken
from matcher.domain.errors import OperationNotFound
from matcher.domain.index_capacity import IndexCapacity
from matcher.domain.index_entry import IndexState
from matcher.domain.model_bundle import GONE_AFTER, BundleReport, BundleState
from matcher.models import ModelVersions
from matcher.store.store import Records, Store
from matcher.use_cases.readiness import Readiness, ServiceLevel
from matcher.use_cases.serving_bundle import ServingBundle


@dataclass(frozen=True, slots=True)
class BundleStatus:
    """A bundle of models: the one that serves, or one that is prepared or kept.

    since: None if that is not known. progress: share of its preparation that is done, 0 to 1.
    expected_at: about when it will serve; None if that cannot be told. reports: of the replicas.
    Real time.
    """

    name: str
    state: BundleState
    since: datetime | None
    progress: float = 1.0
    expected_at: datetime | None = None
    reports: tuple[BundleReport, ...] = ()


@dataclass(frozen=True, slots=True)
class MatcherStatus:
    """The state of the matcher.

    reason: why the level is not FULL. latest_change: the last one committed in the database.
    pending_encounters: how many have the status PENDING. oldest_pending: age of the oldest of them,
    business time; None if there is none. index_bytes_limit: memory that the index may take, bytes;
    None if nobody has said. people_left: about how many more people fit; None if that is unknown.
    """

    level: ServiceLevel
    reason: str
    latest_change: ChangeToken
    index: IndexState
    versions: ModelVersions
    pending_encounters: int
    oldest_pending: timedelta | None
    decisions: int
    undecided_decisions: int
    open_operations: int
    draining: bool
    index_bytes_limit: int | None
    people_left: int | None
    bundles: tuple[BundleStatus, ...]


@dataclass(frozen=True, slots=True)
class GetStatus:
    """Collects the state of the matcher for administrators. now: real time."""

    store: Store
    serving: ServingBundle
    readiness: Readiness
    clock: Clock
    capacity: IndexCapacity
    now: Callable[[], datetime]

    async def __call__(self) -> MatcherStatus:
        """Return the present state."""
        async with self.store.read() as records:
            latest = await records.changes.head()
            pending, oldest_created_at = await records.encounters.pending()
            decisions, undecided = await records.decisions.count()
            open_operations = await records.operations.count_open()
            bundles = await self._bundles(records)
        current = self.serving.current
        index = current.index.state()
        return MatcherStatus(
            self.readiness.level,
            self.readiness.reason,
            latest,
            index,
            current.models.versions,
            pending,
            max(self.clock.now() - oldest_created_at, timedelta()) if oldest_created_at else None,
            decisions,
            undecided,
            open_operations,
            self.readiness.draining,
            self.capacity.limit_bytes,
            self.capacity.people_left(index),
            bundles,
        )

    async def _bundles(self, records: Records) -> tuple[BundleStatus, ...]:
        bundles = await records.bundles.present()
        since = bundles.serving.since if bundles.serving is not None else None
        serving = BundleStatus(bundles.serving_name, BundleState.SERVING, since)
        other = bundles.other
        if other is None:
            return (serving,)
        now = self.now()
        reports = tuple(await records.bundles.reports(other.name, now - GONE_AFTER))
        if other.state is BundleState.KEPT:
            return serving, BundleStatus(other.name, other.state, other.since, reports=reports)
        progress, expected_at = 0.0, None
        with suppress(OperationNotFound):
            operation = await records.operations.get(other.operation_id)
            if progress := operation.progress:
                expected_at = now + (now - operation.created_at) * ((1 - progress) / progress)
        return serving, BundleStatus(
            other.name, other.state, other.since, progress, expected_at, reports
        )
