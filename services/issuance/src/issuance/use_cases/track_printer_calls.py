"""What the calls to a printer show: kept in the circuit breaker of its office."""

from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog

from issuance.domain.circuit_breaker import CircuitBreaker, CircuitPolicy, CircuitState
from issuance.domain.outbox import OutboxTask
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.store.records import Records, Store
from issuance.use_cases.ports import Unavailable, Unreachable

_log = structlog.get_logger(__name__)


class TrackPrinterCalls:
    """Attempts a task, and records whether the printer of its office answered."""

    def __init__(
        self,
        attempt: Callable[[OutboxTask], Awaitable[None]],
        store: Store,
        policy: CircuitPolicy,
        real_now: Callable[[], datetime],
    ) -> None:
        self._attempt = attempt
        self._store = store
        self._policy = policy
        self._real_now = real_now

    async def __call__(self, task: OutboxTask) -> None:
        """Attempt the task once. Raises what the attempt raises."""
        try:
            await self._attempt(task)
        except Unreachable:
            await self._not_answered(task.office)
            raise
        except Unavailable:
            await self._answered(task.office)
            raise
        await self._answered(task.office)

    async def _answered(self, office: str) -> None:
        async with self._store.read() as records:
            if await records.printer_circuits.get(office) == CircuitBreaker():
                return
        async with self._store.begin() as records:
            circuit = await records.printer_circuits.change(office)
            await self._save(records, office, circuit, circuit.answered())

    async def _not_answered(self, office: str) -> None:
        async with self._store.begin() as records:
            circuit = await records.printer_circuits.change(office)
            unanswered = circuit.unanswered(self._policy, self._real_now())
            await self._save(records, office, circuit, unanswered)

    async def _save(
        self, records: Records, office: str, before: CircuitBreaker, after: CircuitBreaker
    ) -> None:
        await records.printer_circuits.save(office, after)
        now = self._real_now()
        was_closed, is_closed = (
            circuit.state(now) is CircuitState.CLOSED for circuit in (before, after)
        )
        if is_closed and not was_closed:
            # What waited because of the printer need not wait any longer.
            await records.outbox.make_due(OutboxTaskKind.PRINT, office)
            _log.info("printer_circuit_closed", office=office)
        elif was_closed and not is_closed:
            _log.warning("printer_circuit_opened", office=office, failures=after.failures)
