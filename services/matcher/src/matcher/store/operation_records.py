"""Which operations were started, which replica works on each, and what became of them?"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from servicekit.process.waits import latest_end
from sqlalchemy import ColumnElement, Row, and_, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from matcher.domain.errors import OperationNotFound
from matcher.domain.operation import (
    LEASE,
    LONGEST_PAUSE,
    LeasedOperation,
    NewOperation,
    OpenOperations,
    Operation,
    OperationOrigin,
    OperationScope,
    OperationState,
)
from matcher.store.encryption import MasterKey, UndecryptableData
from matcher.store.tables import operations

_c = operations.c
_SHOWN = select(*(column for column in _c if column is not _c.request))
"""Operations without their requests, which are large."""
_OPEN = (OperationState.WAITING, OperationState.RUNNING)


@dataclass(frozen=True, slots=True)
class OperationRecords:
    """Operations within one transaction. All times are real time.

    Requests hold biometric data: they are stored encrypted.
    """

    _transaction: AsyncConnection
    _master_key: MasterKey

    async def add(self, new: NewOperation, now: datetime) -> Operation:
        """Store an operation that waits for its turn."""
        await self._transaction.execute(
            insert(operations).values(
                operation_id=new.operation_id,
                method=new.origin.method,
                caller=new.origin.caller,
                on_behalf_of=new.origin.on_behalf_of,
                office_id=new.origin.office_id,
                request=self._master_key.seal(new.request, new.operation_id),
                priority=new.priority,
                replica=new.replica,
                state=OperationState.WAITING,
                since=now,
                created_at=now,
                not_before=now,
                leased_until=None if new.replica is None else now + LEASE,
                cancel_requested=False,
                progress=0.0,
                waiting_for="its turn",
            )
        )
        return await self.get(new.operation_id)

    async def get(self, operation_id: str) -> Operation:
        """Return an operation; raise OperationNotFound."""
        statement = _SHOWN.where(_c.operation_id == operation_id)
        row = (await self._transaction.execute(statement)).one_or_none()
        if row is None:
            raise OperationNotFound("there is no such operation", field="name")
        return _operation(row)

    async def page(self, scope: OperationScope, after: str, limit: int) -> list[Operation]:
        """Return the next operations within a scope by id."""
        statement = _SHOWN.where(_c.operation_id > after)
        if scope.caller is not None:
            statement = statement.where(_c.caller == scope.caller)
        if scope.office_id is not None:
            statement = statement.where(_c.office_id == scope.office_id)
        rows = await self._transaction.execute(statement.order_by(_c.operation_id).limit(limit))
        return [_operation(row) for row in rows]

    async def count_open(self) -> int:
        """Return how many operations wait or run."""
        statement = select(func.count()).select_from(operations).where(_c.state.in_(_OPEN))
        return await self._transaction.scalar(statement) or 0

    async def open_now(self, caller: str | None = None) -> OpenOperations:
        """Return how much waits or runs. caller: who started it; None for anybody."""
        statement = select(func.count(), func.coalesce(func.sum(func.length(_c.request)), 0)).where(
            _c.state.in_(_OPEN)
        )
        if caller is not None:
            statement = statement.where(_c.caller == caller)
        count, request_bytes = (await self._transaction.execute(statement)).one()
        return OpenOperations(count, int(request_bytes))

    async def lease_next(
        self, replica: str, methods: Collection[str], now: datetime
    ) -> LeasedOperation | None:
        """Lease the operation whose turn it is to a replica; None if none is to be done now.

        methods: those that the replica knows.
        """
        is_due = or_(_c.not_before <= now, _c.not_before > latest_end(now, LONGEST_PAUSE))
        return await self._lease(is_due, replica, methods, now)

    async def lease_unwanted(
        self, replica: str, methods: Collection[str], now: datetime
    ) -> LeasedOperation | None:
        """Lease a waiting operation to a replica that is to be cancelled; None if there is none."""
        return await self._lease(_c.cancel_requested.is_(True), replica, methods, now)

    async def _lease(
        self, which: ColumnElement[bool], replica: str, methods: Collection[str], now: datetime
    ) -> LeasedOperation | None:
        """Lease a waiting operation, unless only another replica can do it.

        Rows that another replica is leasing at this moment are passed over.
        """
        statement = (
            select(operations)
            .where(which, _c.state == OperationState.WAITING, _c.method.in_(methods))
            .where(or_(_c.replica.is_(None), _c.replica == replica))
            .order_by(_c.priority, _c.created_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        row = (await self._transaction.execute(statement)).one_or_none()
        if row is None:
            return None
        values = {"leased_by": replica, "leased_until": now + LEASE, "waiting_for": ""}
        await self._set_state(
            _c.operation_id == row.operation_id, OperationState.RUNNING, now, values
        )
        request = self._opened(row.request, row.operation_id)
        return LeasedOperation(row.operation_id, _origin(row), request, replica)

    def _opened(self, sealed: bytes, operation_id: str) -> bytes | None:
        try:
            return self._master_key.open(sealed, operation_id)
        except UndecryptableData:
            return None

    async def renew_leases(
        self, replica: str, worked_on: Collection[str], now: datetime
    ) -> Sequence[str]:
        """Renew a replica's leases; return the ids of those of its operations to be cancelled.

        worked_on: ids of the operations that it really works on; the leases of others end.
        """
        mine = and_(
            _c.leased_by == replica,
            _c.state == OperationState.RUNNING,
            _c.operation_id.in_(worked_on),
        )
        # What only this replica can do waits for it, and has no lease that would show it is alive.
        waits = and_(_c.replica == replica, _c.state == OperationState.WAITING)
        await self._transaction.execute(
            update(operations).where(or_(mine, waits)).values(leased_until=now + LEASE)
        )
        statement = select(_c.operation_id).where(mine, _c.cancel_requested)
        return (await self._transaction.scalars(statement)).all()

    async def release_abandoned(self, error: bytes, now: datetime) -> None:
        """Take operations from replicas that gave no sign of life.

        They wait for another replica. Those that only this one could do fail; error: with that.
        """
        is_over = or_(_c.leased_until < now, _c.leased_until > latest_end(now, LEASE))
        abandoned = and_(_c.state.in_(_OPEN), is_over)
        await self._finish(
            and_(abandoned, _c.replica.is_not(None)), OperationState.FAILED, error, now
        )
        await self._release(abandoned, now)

    async def require_lease(self, leased: LeasedOperation) -> None:
        """Raise LeaseLost if the lease has ended."""
        statement = select(func.count()).select_from(operations).where(_is_leased(leased))
        leased.require_lease(await self._transaction.scalar(statement) or 0)

    async def set_progress(self, leased: LeasedOperation, progress: float) -> None:
        """Store how much of an operation is done, 0 to 1. Raises LeaseLost."""
        statement = update(operations).where(_is_leased(leased)).values(progress=progress)
        leased.require_lease((await self._transaction.execute(statement)).rowcount)

    async def postpone(
        self, leased: LeasedOperation, waiting_for: str, not_before: datetime, now: datetime
    ) -> None:
        """Let an operation wait again. waiting_for: in words. Raises LeaseLost."""
        values = {"waiting_for": waiting_for, "not_before": not_before, "leased_by": None}
        leased.require_lease(
            await self._set_state(_is_leased(leased), OperationState.WAITING, now, values)
        )

    async def finish(
        self, leased: LeasedOperation, state: OperationState, result: bytes, now: datetime
    ) -> None:
        """Store the result of an operation and forget its request. Raises LeaseLost."""
        leased.require_lease(await self._finish(_is_leased(leased), state, result, now))

    async def request_cancellation(self, operation_id: str) -> None:
        """Ask the replica that works on an operation, or will, to cancel it."""
        statement = update(operations).where(_c.operation_id == operation_id, _c.state.in_(_OPEN))
        await self._transaction.execute(statement.values(cancel_requested=True))

    async def refuse_cancellation(self, leased: LeasedOperation) -> None:
        """Let an operation go on that can no longer be cancelled. Raises LeaseLost."""
        statement = update(operations).where(_is_leased(leased)).values(cancel_requested=False)
        leased.require_lease((await self._transaction.execute(statement)).rowcount)

    async def release_all(self, replica: str, now: datetime) -> None:
        """Let the operations that a replica works on wait for another one."""
        await self._release(_c.leased_by == replica, now)

    async def delete(self, operation_id: str) -> None:
        """Delete an operation with its result, whatever its state."""
        await self._transaction.execute(delete(operations).where(_c.operation_id == operation_id))

    async def delete_finished_before(self, time: datetime) -> int:
        """Delete operations that were finished before a time; return how many there were."""
        statement = delete(operations).where(_c.state.not_in(_OPEN), _c.since < time)
        return (await self._transaction.execute(statement)).rowcount

    async def _release(self, which: ColumnElement[bool], now: datetime) -> None:
        values = {"leased_by": None, "waiting_for": "its turn"}
        is_running = _c.state == OperationState.RUNNING
        await self._set_state(and_(which, is_running), OperationState.WAITING, now, values)

    async def _finish(
        self, which: ColumnElement[bool], state: OperationState, result: bytes, now: datetime
    ) -> int:
        values: dict[str, Any] = {
            "result": result,
            "request": None,
            "waiting_for": "",
            "leased_by": None,
        }
        if state is OperationState.SUCCEEDED:
            values["progress"] = 1.0
        return await self._set_state(which, state, now, values)

    async def _set_state(
        self,
        which: ColumnElement[bool],
        state: OperationState,
        now: datetime,
        values: dict[str, Any],
    ) -> int:
        """Set the state and other values; return how many operations that concerned."""
        statement = update(operations).where(which).values(state=state, since=now, **values)
        return (await self._transaction.execute(statement)).rowcount


def _is_leased(leased: LeasedOperation) -> ColumnElement[bool]:
    return and_(
        _c.operation_id == leased.operation_id,
        _c.leased_by == leased.replica,
        _c.state == OperationState.RUNNING,
    )


def _origin(row: Row[Any]) -> OperationOrigin:
    return OperationOrigin(row.method, row.caller, row.on_behalf_of, row.office_id)


def _operation(row: Row[Any]) -> Operation:
    return Operation(
        row.operation_id,
        _origin(row),
        OperationState(row.state),
        row.since,
        row.created_at,
        row.progress,
        row.waiting_for,
        row.result,
    )
