"""Which bundle of models serves, which is prepared, and how far is each replica with it?

Whoever changes that holds the lock of the change log, so that one does at a time.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from matcher.domain.model_bundle import (
    GONE_AFTER,
    BundleReport,
    Bundles,
    BundleState,
    StoredBundle,
)
from matcher.store.change_log import ChangeLog
from matcher.store.tables import bundle_reports, model_bundles


@dataclass(frozen=True, slots=True)
class BundleRecords:
    """Bundles of models within one transaction. All times are real time."""

    _transaction: AsyncConnection
    _changes: ChangeLog

    async def present(self) -> Bundles:
        """Return the bundle that serves and the other one."""
        rows = await self._transaction.execute(select(model_bundles))
        stored = [
            StoredBundle(
                row.name, row.versions, BundleState(row.state), row.operation_id, row.since
            )
            for row in rows
        ]
        serving = [each for each in stored if each.state is BundleState.SERVING]
        others = [each for each in stored if each.state is not BundleState.SERVING]
        return Bundles(next(iter(serving), None), next(iter(others), None))

    async def lock(self) -> Bundles:
        """Return the bundles, which nobody else changes in this transaction."""
        await self._changes.lock()
        return await self.present()

    async def prepare(self, bundle: StoredBundle) -> None:
        """Make a bundle the one that is prepared, in the place of any other."""
        await self.forget_other()
        await self._transaction.execute(insert(model_bundles).values(asdict(bundle)))

    async def set_loading(self, name: str, now: datetime) -> None:
        """Note that the embeddings of the bundle that is prepared are computed."""
        statement = update(model_bundles).where(model_bundles.c.name == name)
        await self._transaction.execute(statement.values(state=BundleState.LOADING, since=now))

    async def switch(self, former: StoredBundle, now: datetime) -> None:
        """Let the other bundle serve. former: the one that serves, which is kept."""
        await self._transaction.execute(
            update(model_bundles)
            .where(model_bundles.c.state != BundleState.SERVING)
            .values(state=BundleState.SERVING, since=now)
        )
        await self._transaction.execute(
            delete(model_bundles).where(model_bundles.c.name == former.name)
        )
        kept = asdict(former) | {"state": BundleState.KEPT, "since": now}
        await self._transaction.execute(insert(model_bundles).values(kept))
        await self._transaction.execute(delete(bundle_reports))

    async def forget_other(self) -> None:
        """Forget the bundle that does not serve; replicas then give back what it takes."""
        await self._transaction.execute(
            delete(model_bundles).where(model_bundles.c.state != BundleState.SERVING)
        )
        await self._transaction.execute(delete(bundle_reports))

    async def report(self, report: BundleReport) -> None:
        """Store how far a replica is, and forget those that are gone.

        One that was only slow stores what it says then anew, and is none of those.
        """
        its_row = bundle_reports.c.replica == report.replica
        is_gone = bundle_reports.c.seen_at <= report.seen_at - GONE_AFTER
        await self._transaction.execute(delete(bundle_reports).where(or_(its_row, is_gone)))
        await self._transaction.execute(insert(bundle_reports).values(asdict(report)))

    async def reports(self, bundle: str, seen_after: datetime) -> Sequence[BundleReport]:
        """Return what those replicas said of a bundle last that said it after some time."""
        statement = select(bundle_reports).where(
            bundle_reports.c.bundle == bundle, bundle_reports.c.seen_at > seen_after
        )
        rows = await self._transaction.execute(statement.order_by(bundle_reports.c.replica))
        return [BundleReport(**row._mapping) for row in rows]
