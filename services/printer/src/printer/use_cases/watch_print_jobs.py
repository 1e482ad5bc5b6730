"""Jobs as they change: a stream that can be left and resumed without missing anything."""

from collections.abc import AsyncIterator

from printer.domain.errors import BadWatchToken
from printer.domain.job import Job
from printer.store.records import Store
from printer.use_cases.change_signal import ChangeSignal

_BATCH = 200
# Other replicas do not notify this process, so the database is polled as well.
_POLL_SECONDS = 1.0


class WatchPrintJobs:
    """Streams changed jobs. bookmark_seconds: longest time between two messages of a stream."""

    def __init__(self, store: Store, signal: ChangeSignal, bookmark_seconds: float) -> None:
        self._store = store
        self._signal = signal
        self._bookmark_seconds = bookmark_seconds

    async def __call__(self, after: int) -> AsyncIterator[tuple[Job | None, int]]:
        """Yield the jobs changed after change number `after`, each with the number to resume from.

        A job that changed several times since then comes once, as it is now; after 0, every job
        comes. None instead of a job is a bookmark: only the number to resume from. Raises
        BadWatchToken for a number higher than any given out.
        """
        async with self._store.read() as records:
            if after > await records.jobs.last_change():
                raise BadWatchToken("this token is from another database", field="resume_token")
        quiet_seconds = 0.0
        while True:
            changes = self._signal.changes
            async with self._store.read() as records:
                jobs = await records.jobs.changed_after(after, _BATCH)
            for job in jobs:
                after, quiet_seconds = job.change, 0.0
                yield job, after
            if quiet_seconds >= self._bookmark_seconds:
                quiet_seconds = 0.0
                yield None, after
            if not jobs:
                quiet_seconds += _POLL_SECONDS
                await self._signal.wait_for_change(changes, _POLL_SECONDS)
