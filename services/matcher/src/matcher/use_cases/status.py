"""How the matcher is."""

from dataclasses import dataclass
from datetime import timedelta

from servicekit.process.clock import Clock

from matcher.domain.change import Change
from matcher.domain.gallery import IndexState
from matcher.use_cases.ports import Index, Store
from matcher.use_cases.readiness import Level, Readiness


@dataclass(frozen=True, slots=True)
class State:
    """Level with its reason, the database's state and the index's.

    oldest_pending: age of the oldest PENDING encounter, business time; None if there is none.
    """

    level: Level
    reason: str
    latest: Change
    index: IndexState
    pending: int
    oldest_pending: timedelta | None
    decisions: int
    undecided: int


@dataclass(frozen=True, slots=True)
class Status:
    """Tells administrators how things are."""

    store: Store
    index: Index
    readiness: Readiness
    clock: Clock

    async def __call__(self) -> State:
        """The state now."""
        async with self.store.read() as records:
            latest = await records.changes.head()
            pending, since = await records.encounters.pending()
            decisions, undecided = await records.decisions.count()
        return State(
            self.readiness.level,
            self.readiness.reason,
            latest,
            self.index.state(),
            pending,
            max(self.clock.now() - since, timedelta()) if since else None,
            decisions,
            undecided,
        )
