"""Which printer gets a job: that at the address which is recorded of its office."""

from collections.abc import Awaitable, Callable

from issuance.domain.outbox import OutboxTask
from issuance.store.records import Store
from issuance.use_cases.ports import Unavailable


class CallRecordedPrinter:
    """Attempts a print task unless this process would call a printer that has moved meanwhile.

    From then on the task keeps the address as it is (PrinterInUse), so that all attempts ask the
    same printer. called: the address that this process calls for an office, "" for none.
    """

    def __init__(
        self,
        attempt: Callable[[OutboxTask], Awaitable[None]],
        store: Store,
        called: Callable[[str], str],
    ) -> None:
        self._attempt = attempt
        self._store = store
        self._called = called

    async def __call__(self, task: OutboxTask) -> None:
        """Attempt the task once. Raises Unavailable, and what the attempt raises."""
        async with self._store.begin() as records:
            recorded = await records.offices.printer(task.office)
        if self._called(task.office) != recorded:
            raise Unavailable("the office's printer has moved")
        await self._attempt(task)
