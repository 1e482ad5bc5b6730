"""Operations in the database, as replicas start them and take them on."""

from datetime import datetime, timedelta

from matcher.domain.operation import LeasedOperation, NewOperation, OperationOrigin
from matcher.store.store import Store

from .store_and_index import NOW

SOON = NOW + timedelta(seconds=5)
"""A replica that started work at `NOW` and has said nothing since is still waited for."""
LATE = NOW + timedelta(seconds=7)
"""Such a replica is taken for gone."""
ORIGIN = OperationOrigin(
    "package.Service/Method", "spiffe://id/office/national/service/x", None, "BJM"
)


async def start(
    store: Store, name: str, at: datetime, *, priority: int = 5, replica: str | None = None
) -> None:
    """Store an operation that waits. replica: the only one that may work on it, if any."""
    async with store.write() as records:
        await records.operations.add(NewOperation(name, ORIGIN, b"request", priority, replica), at)


async def lease(store: Store, replica: str, at: datetime) -> LeasedOperation | None:
    """Let a replica take on the next operation, also one whose replica gave no sign of life."""
    async with store.write() as records:
        await records.operations.release_abandoned(b"stopped", at)
        return await records.operations.lease_next(replica, [ORIGIN.method], at)
