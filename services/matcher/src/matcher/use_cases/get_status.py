"""In which state is the matcher: level, database, index, open work?"""

from dataclasses import dataclass
from datetime import timedelta

from servicekit.process.clock import Clock

from matcher.domain.change_token import ChangeToken
from matcher.domain.index_capacity import IndexCapacity
from matcher.domain.index_entry import IndexState
from matcher.index.served_index import ServedIndex
from matcher.models import ModelVersions
from matcher.store.store import Store
from matcher.use_cases.readiness import Readiness, ServiceLevel


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


@dataclass(frozen=True, slots=True)
class GetStatus:
    """Collects the state of the matcher for administrators."""

    store: Store
    index: ServedIndex
    versions: ModelVersions
    readiness: Readiness
    clock: Clock
    capacity: IndexCapacity

    async def __call__(self) -> MatcherStatus:
        """Return the present state."""
        async with self.store.read() as records:
            latest = await records.changes.head()
            pending, oldest_created_at = await records.encounters.pending()
            decisions, undecided = await records.decisions.count()
            open_operations = await records.operations.count_open()
        index = self.index.state()
        return MatcherStatus(
            self.readiness.level,
            self.readiness.reason,
            latest,
            index,
            self.versions,
            pending,
            max(self.clock.now() - oldest_created_at, timedelta()) if oldest_created_at else None,
            decisions,
            undecided,
            open_operations,
            self.readiness.draining,
            self.capacity.limit_bytes,
            self.capacity.people_left(index),
        )
