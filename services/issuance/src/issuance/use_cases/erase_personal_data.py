"""Portraits and contacts are erased some days after their applications have ended, portraits also
when they have stopped going on; records of searches some days after the search."""

from datetime import timedelta

from servicekit.process.clock import Clock
from servicekit.storage.database import Database

from issuance.store.records import Store


class ErasePersonalData:
    """Erases what is due.

    retention: how long a portrait is stored after the end. idle_retention: how long it is stored of
    an application that stays in one state. search_retention: how long it is on record who searched
    for whom.
    """

    def __init__(
        self,
        store: Store,
        database: Database,
        clock: Clock,
        retention: timedelta,
        idle_retention: timedelta,
        search_retention: timedelta,
    ) -> None:
        self._store = store
        self._database = database
        self._clock = clock
        self._retention = retention
        self._idle_retention = idle_retention
        self._search_retention = search_retention

    async def __call__(self) -> None:
        """Erase all that is due, a few of each kind in each transaction.

        What was deleted before, as with a withdrawn application, is overwritten now as well.
        """
        now, done = self._clock.now(), False
        while not done:
            async with self._store.begin() as records:
                ended = await records.portraits.delete_ended(now - self._retention)
                idle = await records.portraits.delete_idle(now - self._idle_retention)
                contacts = await records.contacts.erase_ended(now - self._retention)
                searches = await records.search.erase_before(now - self._search_retention)
                done = ended and idle and contacts and searches
        await self._database.overwrite_deleted()
