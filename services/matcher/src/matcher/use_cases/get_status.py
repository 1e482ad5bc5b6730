"""In which state is the matcher: level, database, index, open work?"""

from dataclasses import dataclass
from datetime import timedelta

from servicekit.process.clock import Clock

from matcher.domain.change_token import ChangeToken
from matcher.domain.index_entry import IndexState
from matcher.index.following_index import FollowingIndex
from matcher.models import ModelVersions
from matcher.store.store import Store
from matcher.use_cases.readiness import Readiness, ServiceLevel


@dataclass(frozen=True, slots=True)
class MatcherStatus:
    """The state of the matcher.

    reason: why the level is not FULL. latest_change: the last one committed in the database.
    pending_encounters: how many have the status PENDING. oldest_pending: age of the oldest of them,
    business time; None if there is none.
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


@dataclass(frozen=True, slots=True)
class GetStatus:
    """Collects the state of the matcher for administrators."""

    store: Store
    index: FollowingIndex
    versions: ModelVersions
    readiness: Readiness
    clock: Clock

    async def __call__(self) -> MatcherStatus:
        """Return the present state."""
        async with self.store.read() as records:
            latest = await records.changes.head()
            pending, oldest_created_at = await records.encounters.pending()
            decisions, undecided = await records.decisions.count()
        return MatcherStatus(
            self.readiness.level,
            self.readiness.reason,
            latest,
            self.index.state(),
            self.versions,
            pending,
            max(self.clock.now() - oldest_created_at, timedelta()) if oldest_created_at else None,
            decisions,
            undecided,
        )
