"""How are operations carried out, each to one result, whichever replica stops in between?"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from servicekit.errors import DatabaseFailure, DomainError, ErrorKind, InternalError, Overloaded
from servicekit.security.identity import bind_caller, parse_identity
from sqlalchemy.exc import SQLAlchemyError

from matcher.domain.errors import OperationCancelled, OperationNotDone, ReplicaStopped
from matcher.domain.operation import (
    LEASE_RENEWAL,
    LONGEST_PAUSE,
    LeasedOperation,
    LeaseLost,
    NewOperation,
    Operation,
    OperationLimits,
    OperationOrigin,
    OperationState,
)
from matcher.store.store import Records, Store, StoreResponse
from matcher.use_cases.readiness import Readiness

_RETRY_AFTER = timedelta(seconds=1)
_PURGE_INTERVAL = timedelta(hours=1)
_WAITED_FOR = frozenset({ErrorKind.UNAVAILABLE, ErrorKind.EXHAUSTED, ErrorKind.ABORTED})
"""Kinds of errors that pass: the operation waits and is tried again."""
_INTERRUPTIONS = (LeaseLost, DatabaseFailure, SQLAlchemyError)
"""Errors after which a replica, this or another, takes the operation up again."""

_log = structlog.get_logger(__name__)


def is_tried_again(error: Exception) -> bool:
    """Return whether an attempt that ended with this error is not the operation's last."""
    passes = isinstance(error, DomainError) and error.kind in _WAITED_FOR
    return passes or isinstance(error, _INTERRUPTIONS)


@dataclass(frozen=True, slots=True)
class RunningOperation:
    """An operation that this replica works on, as the work itself sees it."""

    leased: LeasedOperation
    store: Store
    now: Callable[[], datetime]

    async def complete(self, records: Records, response: bytes) -> None:
        """Store the response in the transaction that completes the work. Raises LeaseLost."""
        await records.operations.finish(self.leased, OperationState.SUCCEEDED, response, self.now())

    async def require_lease(self, records: Records) -> None:
        """Raise LeaseLost if another replica works on it, or it has ended."""
        await records.operations.require_lease(self.leased)

    async def report_progress(self, share: float) -> None:
        """Store how much is done, 0 to 1. Raises LeaseLost."""
        async with self.store.write() as records:
            await records.operations.set_progress(self.leased, share)


async def _never(_leased: LeasedOperation) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class OperationMethod:
    """How the operations of one method are carried out.

    work: does it, and completes the operation in its last transaction. has_changed: whether an
    attempt has committed something that must not be left half done, so that the operation can no
    longer be cancelled.
    """

    work: Callable[[RunningOperation], Awaitable[None]]
    has_changed: Callable[[LeasedOperation], Awaitable[bool]] = _never


class OperationRunner:
    """Starts operations, and carries out those whose turn it is.

    methods: by name, ``package.Service/Method``. readiness: a draining replica begins no operation.
    replica: name of this process. running: how many operations it works on at once. limits: what
    may be open before more is refused. retention: how long the result of a finished operation
    is kept. encode_error: what is stored of an error. now: real time.
    """

    def __init__(
        self,
        store: Store,
        methods: Mapping[str, OperationMethod],
        *,
        readiness: Readiness,
        replica: str,
        running: int,
        limits: OperationLimits,
        retention: timedelta,
        encode_error: Callable[[DomainError], bytes],
        now: Callable[[], datetime],
    ) -> None:
        self.replica = replica
        self._store = store
        self._methods = methods
        self._readiness = readiness
        self._max_running = running
        self._limits = limits
        self._retention = retention
        self._encode_error = encode_error
        self._now = now
        self._wake = asyncio.Event()
        self._work: dict[str, asyncio.Task[None]] = {}
        self._supervisors: dict[str, asyncio.Task[None]] = {}
        self._next_purge = now()

    async def start(self, new: NewOperation, store_response: StoreResponse[Operation]) -> Operation:
        """Store an operation that waits for its turn. Raises Overloaded."""
        async with self._store.write() as records:
            open_now = await records.operations.open_now()
            of_caller = await records.operations.open_now(new.origin.caller)
            if not self._limits.allow(len(new.request), open_now, of_caller):
                raise Overloaded("as many operations wait as may", retry_after=_RETRY_AFTER)
            operation = await records.operations.add(new, self._now())
            await store_response(records, operation)
        self._wake.set()
        return operation

    async def cancel(self, operation_id: str) -> None:
        """Have an operation cancelled by the replica that works on it, or will.

        Without effect on one that is finished, or that has changed something already.
        """
        async with self._store.write() as records:
            await records.operations.request_cancellation(operation_id)
        self._wake.set()

    async def delete(self, operation_id: str) -> None:
        """Delete a finished operation with its result. Raises OperationNotDone."""
        async with self._store.write() as records:
            if not (await records.operations.get(operation_id)).state.is_finished:
                raise OperationNotDone("the operation has no result yet", field="name")
            await records.operations.delete(operation_id)

    async def run(self) -> None:
        """Carry out operations until cancelled; those in progress then wait for another replica."""
        try:
            while True:
                self._wake.clear()
                try:
                    await self._step()
                except (DatabaseFailure, SQLAlchemyError, OSError) as error:
                    _log.warning("operations_not_followed", error=type(error).__name__)
                with suppress(TimeoutError):
                    async with asyncio.timeout(LEASE_RENEWAL.total_seconds()):
                        await self._wake.wait()
        finally:
            await self._stop()

    async def _step(self) -> None:
        """Renew leases, cancel what is to be cancelled, and begin what has its turn."""
        await self._purge_hourly()
        async with self._store.read_once() as records:
            if not await records.operations.count_open():
                return
        now = self._now()
        stopped = ReplicaStopped("the replica that worked on it stopped")
        async with self._store.write() as records:
            # Its own first: they are under way, however much its clock has been changed.
            cancelled = await records.operations.renew_leases(
                self.replica, [*self._supervisors], now
            )
            await records.operations.release_abandoned(self._encode_error(stopped), now)
        for operation_id in cancelled:
            if operation_id in self._work:
                self._work[operation_id].cancel()
        while unwanted := await self._lease(now, unwanted=True):
            self._begin(unwanted, unwanted=True)
        while len(self._supervisors) < self._max_running and not self._readiness.draining:
            leased = await self._lease(now, unwanted=False)
            if leased is None:
                return
            self._begin(leased, unwanted=False)

    async def _lease(self, now: datetime, *, unwanted: bool) -> LeasedOperation | None:
        async with self._store.write() as records:
            if unwanted:
                return await records.operations.lease_unwanted(self.replica, [*self._methods], now)
            return await records.operations.lease_next(self.replica, [*self._methods], now)

    def _begin(self, leased: LeasedOperation, *, unwanted: bool) -> None:
        supervisor = asyncio.create_task(self._supervise(leased, unwanted=unwanted))
        self._supervisors[leased.operation_id] = supervisor
        supervisor.add_done_callback(lambda _: self._ended(leased.operation_id))

    async def _purge_hourly(self) -> None:
        now = self._now()
        if now >= self._next_purge:
            async with self._store.write() as records:
                await records.operations.delete_finished_before(now - self._retention)
            self._next_purge = now + _PURGE_INTERVAL

    async def _supervise(self, leased: LeasedOperation, *, unwanted: bool) -> None:
        """Work on an operation, or cancel it; whatever goes wrong concerns only this one."""
        try:
            await self._carry_out(leased, unwanted=unwanted)
        except _INTERRUPTIONS:
            # Its lease is renewed no more, and when that has ended it is tried again.
            _log.warning("operation_interrupted", operation=leased.operation_id, exc_info=True)
        except Exception as error:
            await self._end_with(leased, error)

    async def _carry_out(self, leased: LeasedOperation, *, unwanted: bool) -> None:
        """Work on an operation until it has a result, or must wait."""
        if unwanted and await self._cancel(leased):
            return None
        while True:
            work = asyncio.create_task(self._attempt(leased))
            self._work[leased.operation_id] = work
            await asyncio.wait([work])
            if not work.cancelled():
                return work.result()
            if await self._cancel(leased):
                return None

    async def _end_with(self, leased: LeasedOperation, error: Exception) -> None:
        """End an operation as FAILED; log an error that is not of the catalogue."""
        if not isinstance(error, DomainError):
            _log.error("unexpected_error", method=leased.origin.method, exc_info=error)
            error = InternalError("an internal error happened")
        with suppress(LeaseLost, DatabaseFailure, SQLAlchemyError):
            await self._fail(leased, OperationState.FAILED, error)

    async def _cancel(self, leased: LeasedOperation) -> bool:
        """Cancel an operation that is not being worked on, unless it must be finished."""
        with _bound(leased.origin):
            must_be_finished = await self._methods[leased.origin.method].has_changed(leased)
        if must_be_finished:
            async with self._store.write() as records:
                await records.operations.refuse_cancellation(leased)
            return False
        error = OperationCancelled("the operation was cancelled")
        await self._fail(leased, OperationState.CANCELLED, error)
        return True

    async def _attempt(self, leased: LeasedOperation) -> None:
        method = self._methods[leased.origin.method]
        try:
            with _bound(leased.origin):
                await method.work(RunningOperation(leased, self._store, self._now))
        except DatabaseFailure:
            raise
        except DomainError as error:
            if not is_tried_again(error):
                raise
            await self._postpone(leased, error)

    async def _postpone(self, leased: LeasedOperation, error: DomainError) -> None:
        now = self._now()
        not_before = now + min(error.retry_after or _RETRY_AFTER, LONGEST_PAUSE)
        async with self._store.write() as records:
            await records.operations.postpone(leased, error.message, not_before, now)

    async def _fail(
        self, leased: LeasedOperation, state: OperationState, error: DomainError
    ) -> None:
        async with self._store.write() as records:
            await records.operations.finish(leased, state, self._encode_error(error), self._now())

    def _ended(self, operation_id: str) -> None:
        self._supervisors.pop(operation_id, None)
        self._work.pop(operation_id, None)
        self._wake.set()

    async def _stop(self) -> None:
        tasks = [*self._supervisors.values(), *self._work.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with suppress(DatabaseFailure, SQLAlchemyError, OSError):  # their leases end by themselves
            async with self._store.write() as records:
                await records.operations.release_all(self.replica, self._now())


def _bound(origin: OperationOrigin) -> AbstractContextManager[object]:
    """Work for whoever started the operation, and on behalf of whom it was started."""
    person = origin.on_behalf_of
    return bind_caller(parse_identity(origin.caller), parse_identity(person) if person else None)
