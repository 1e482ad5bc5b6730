"""Jobs as they change: a stream that can be left and taken up again without missing anything."""

from collections.abc import AsyncIterator

from printer.domain.errors import BadWatchToken
from printer.domain.job import Job
from printer.use_cases.bell import Bell
from printer.use_cases.records import Store

_BATCH = 200
# Other replicas ring no bell here, so look on our own now and then.
_LOOK_SECONDS = 1.0


class WatchPrintJobs:
    """bookmark_seconds: the longest silence of a stream."""

    def __init__(self, store: Store, bell: Bell, bookmark_seconds: float) -> None:
        self._store = store
        self._bell = bell
        self._bookmark_seconds = bookmark_seconds

    async def __call__(self, after: int) -> AsyncIterator[tuple[Job | None, int]]:
        """Jobs by change number from `after` on, with the number to resume from; None: a bookmark.

        A job that changed several times since comes once, as it is now; from 0 on that is every
        job. Raises BadWatchToken for a number that was never given out.
        """
        async with self._store.read() as records:
            if after > await records.jobs.last_change():
                raise BadWatchToken("this token is from another database", field="resume_token")
        quiet = 0.0
        while True:
            ring = self._bell.listen()
            async with self._store.read() as records:
                jobs = await records.jobs.changed(after, _BATCH)
            for job in jobs:
                after, quiet = job.change, 0.0
                yield job, after
            if quiet >= self._bookmark_seconds:
                quiet = 0.0
                yield None, after
            if not jobs:
                quiet += _LOOK_SECONDS
                await ring.wait(_LOOK_SECONDS)
