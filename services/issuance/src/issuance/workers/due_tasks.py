"""Finds out which kinds of outbox tasks are due, so that no worker asks for its own in vain."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.store.records import Store


class DueTasks:
    """Looks once a call, by one query for all kinds, as other replicas add tasks and time passes.

    real_now: real time.
    """

    def __init__(self, store: Store, real_now: Callable[[], datetime]) -> None:
        self._store = store
        self._real_now = real_now
        self._are_due = {kind: asyncio.Event() for kind in OutboxTaskKind}

    def of(self, kind: OutboxTaskKind) -> asyncio.Event:
        """Return the event that is set while tasks of the kind are due, as last seen."""
        return self._are_due[kind]

    async def __call__(self) -> None:
        """Set the events of the kinds that have due tasks, and clear the others."""
        async with self._store.read() as records:
            due = await records.outbox.due_kinds(self._real_now())
        for kind, event in self._are_due.items():
            if kind in due:
                event.set()
            else:
                event.clear()
