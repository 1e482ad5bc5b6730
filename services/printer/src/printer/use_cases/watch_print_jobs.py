"""Jobs as they change: a stream that can be left and resumed without missing anything."""

from collections.abc import AsyncIterator
from typing import NamedTuple

from printer.domain.errors import BadWatchToken
from printer.domain.job import Job
from printer.store.records import Store
from printer.use_cases.change_signal import ChangeSignal

_BATCH = 200
# Other replicas do not notify this process, so the database is polled as well.
_POLL_SECONDS = 1.0


class WatchPosition(NamedTuple):
    """Where a stream is resumed.

    restore_noticed: when a restore of the database was noticed last, seconds since 1970, 0 if
    never: change numbers given out before are given out again. change: number of the last change.
    """

    restore_noticed: int
    change: int


class WatchPrintJobs:
    """Streams changed jobs. bookmark_seconds: longest time between two messages of a stream."""

    def __init__(self, store: Store, signal: ChangeSignal, bookmark_seconds: float) -> None:
        self._store = store
        self._signal = signal
        self._bookmark_seconds = bookmark_seconds

    async def __call__(
        self, after: WatchPosition | None = None
    ) -> AsyncIterator[tuple[Job | None, WatchPosition]]:
        """Yield the jobs changed after a position, each with the position to resume from.

        A job that changed several times since then comes once, as it is now; without a position,
        every job comes. None instead of a job is a bookmark: only the position to resume from.
        Raises BadWatchToken for a change higher than any given out, and once a restore of the
        database was noticed after the position was given out.
        """
        async with self._store.read() as records:
            position = after or WatchPosition(await records.restores.last_noticed(), 0)
            if position.change > await records.jobs.last_change():
                raise BadWatchToken("this token is from another database", field="resume_token")
        quiet_seconds = 0.0
        while True:
            changes = self._signal.changes
            jobs = await self._changed_after(position)
            for job in jobs:
                position, quiet_seconds = position._replace(change=job.change), 0.0
                yield job, position
            if quiet_seconds >= self._bookmark_seconds:
                quiet_seconds = 0.0
                yield None, position
            if not jobs:
                quiet_seconds += _POLL_SECONDS
                await self._signal.wait_for_change(changes, _POLL_SECONDS)

    async def _changed_after(self, position: WatchPosition) -> list[Job]:
        async with self._store.read() as records:
            if position.restore_noticed != await records.restores.last_noticed():
                raise BadWatchToken("the database was restored since", field="resume_token")
            return await records.jobs.changed_after(position.change, _BATCH)
