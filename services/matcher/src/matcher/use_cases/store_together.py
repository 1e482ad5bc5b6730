"""How are encounters stored that come at the same time? Together: one commit, few statements."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from dataclasses import dataclass
from functools import partial

from servicekit.errors import DatabaseFailure, own_copy
from servicekit.storage.database_errors import answers_within
from servicekit.storage.interruptible_connection import finish

from matcher.domain.encounter import Encounter
from matcher.store.encounter_rows import NewEncounter
from matcher.store.store import Records, Store

_MAX_TOGETHER = 64
"""Most encounters in one commit."""
_LONGEST_SECONDS = 20.0

StoreMore = Callable[[Records, Encounter], Awaitable[None]]
"""Stores what belongs to an added encounter, in the transaction that adds it."""


async def _nothing(_records: Records, _encounter: Encounter) -> None:
    """Store nothing more."""


@dataclass(slots=True, eq=False)
class _Waiting:
    new: NewEncounter
    store_more: StoreMore
    stored: asyncio.Future[Encounter]
    is_gone: bool = False
    """Whether the caller has gone."""


class StoreTogether:
    """Stores encounters one commit after the other; who comes meanwhile shares the next.

    Each is stored or refused by itself, whoever shares its commit, and answered after it. One whose
    caller has gone is left out, unless its commit has begun: that is waited for, since the request
    may be repeated as soon as its call has ended. A commit that takes longer than
    ``longest_seconds``, as on a connection whose server is silent, is given up: nobody's deadline
    ends it, and all changes wait for it.
    """

    def __init__(self, store: Store, longest_seconds: float = _LONGEST_SECONDS) -> None:
        self._store = store
        self._longest_seconds = longest_seconds
        self._waiting: list[_Waiting] = []
        self._committing: asyncio.Task[None] | None = None

    async def __call__(self, new: NewEncounter, store_more: StoreMore = _nothing) -> Encounter:
        """Return the encounter once it is committed with what ``store_more`` stored.

        Raises EncounterExists if its id was ever used, RequestIdReused, what store_more raises,
        DatabaseFailure.
        """
        stored: asyncio.Future[Encounter] = asyncio.get_running_loop().create_future()
        waiting = _Waiting(new, store_more, stored)
        self._waiting.append(waiting)
        if self._committing is None:
            # Of no caller: neither its cancellation nor its context concerns the others.
            self._committing = asyncio.create_task(self._commit_all(), context=Context())
        return await finish(stored, partial(self._leave, waiting))

    async def _leave(self, waiting: _Waiting, stored: asyncio.Future[Encounter]) -> None:
        waiting.is_gone = True
        if waiting in self._waiting:
            self._waiting.remove(waiting)
            stored.cancel()

    async def _commit_all(self) -> None:
        try:
            while self._waiting:
                await self._commit(self._take)
        finally:
            self._committing = None

    def _take(self) -> Sequence[_Waiting]:
        taken, self._waiting = self._waiting[:_MAX_TOGETHER], self._waiting[_MAX_TOGETHER:]
        return taken

    async def _commit(self, take: Callable[[], Sequence[_Waiting]]) -> None:
        together: Sequence[_Waiting] = ()
        try:
            async with answers_within(self._longest_seconds), self._store.write() as records:
                together = take()  # not before: more have come while this waited for other writers
                added = await _add(records, together)
        except Exception as error:
            if len(together) > 1 and not isinstance(error, DatabaseFailure):
                for each in together:
                    await self._commit(partial(_one, each))
                return
            for each in together or take():
                each.stored.set_exception(own_copy(error))
            return
        for each, encounter in zip(together, added, strict=True):
            each.stored.set_result(encounter)


async def _add(records: Records, together: Sequence[_Waiting]) -> Sequence[Encounter]:
    if not together:
        return ()
    added = await records.encounters.add_all([each.new for each in together])
    for each, encounter in zip(together, added, strict=True):
        await each.store_more(records, encounter)
    return added


def _one(waiting: _Waiting) -> Sequence[_Waiting]:
    if waiting.is_gone:
        waiting.stored.cancel()
        return ()
    return (waiting,)
