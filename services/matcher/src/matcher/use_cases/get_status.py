"""How the matcher is."""

from dataclasses import dataclass
from datetime import timedelta

from servicekit.process.clock import Clock

from matcher.domain.change_token import ChangeToken
from matcher.domain.shortlist import IndexState
from matcher.models import ModelVersions
from matcher.use_cases.ports import Index, Store
from matcher.use_cases.readiness import Readiness, ServiceLevel


@dataclass(frozen=True, slots=True)
class MatcherStatus:
    """ServiceLevel with its reason, the database's state and the index's.

    oldest_pending: age of the oldest PENDING encounter, business time; None if there is none.
    """

    level: ServiceLevel
    reason: str
    latest: ChangeToken
    index: IndexState
    pending: int
    oldest_pending: timedelta | None
    decisions: int
    undecided: int
    model_version: str


@dataclass(frozen=True, slots=True)
class GetStatus:
    """Tells administrators how things are."""

    store: Store
    index: Index
    readiness: Readiness
    clock: Clock
    models: ModelVersions

    async def __call__(self) -> MatcherStatus:
        """The state now."""
        async with self.store.read() as records:
            latest = await records.changes.head()
            pending, since = await records.encounters.pending()
            decisions, undecided = await records.decisions.count()
        return MatcherStatus(
            self.readiness.level,
            self.readiness.reason,
            latest,
            self.index.state(),
            pending,
            max(self.clock.now() - since, timedelta()) if since else None,
            decisions,
            undecided,
            self.models.model_version,
        )
