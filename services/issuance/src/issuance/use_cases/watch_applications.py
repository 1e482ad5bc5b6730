"""Applications as they change: a stream that can be left and resumed without missing anything."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from servicekit.process.clock import Clock

from issuance.domain.application_watch import (
    SNAPSHOT_STATES,
    BadWatchToken,
    ChangeMark,
    SnapshotPlace,
    WatchPosition,
)
from issuance.domain.case import Case
from issuance.domain.states import ApplicationState
from issuance.store.page_request import PageRequest
from issuance.store.records import Records, Store
from issuance.use_cases.application_details import ApplicationDetails, application_details
from issuance.use_cases.office_directory import OfficeDirectory

BATCH = 100
"""Applications that are read at a time; no transaction is open while they are sent."""
TOKENS_LAST = timedelta(days=7)
"""How long a resume token can be used at least."""
# Other replicas do not notify this process, so the database is polled.
_POLL_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class WatchFilter:
    """Which applications are watched. office: None for all. states: empty for all."""

    office: str | None = None
    states: frozenset[ApplicationState] = frozenset()


Change = tuple[ApplicationDetails | None, WatchPosition]
"""A changed application and the position to resume from. None: a bookmark, only the position."""


class WatchApplications:
    """Streams changed applications.

    bookmark_seconds: longest time between two messages of a stream. real_now: real time. new_mark:
    makes random text. wait: for so many seconds.
    """

    def __init__(
        self,
        store: Store,
        offices: OfficeDirectory,
        clock: Clock,
        real_now: Callable[[], datetime],
        new_mark: Callable[[], str],
        bookmark_seconds: float,
        wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._offices = offices
        self._clock = clock
        self._real_now = real_now
        self._new_mark = new_mark
        self._bookmark_seconds = bookmark_seconds
        self._wait = wait
        self._numbering = asyncio.Lock()

    async def __call__(
        self, watched: WatchFilter, after: WatchPosition | None = None
    ) -> AsyncIterator[Change]:
        """Yield the applications changed after a position, each with the position to resume from.

        One that changed several times since then comes once, as it is now. Without a position every
        application comes that has not ended, then a bookmark. Raises BadWatchToken for a position
        of another database, of one that was restored since, or that is too old.
        """
        position = after or await self._beginning(watched)
        quiet_seconds = 0.0
        while True:
            changes, end = await self._next(watched, position)
            for change in changes:
                quiet_seconds = 0.0
                yield change
            is_snapshot_sent = position.snapshot is not None and end.snapshot is None
            position = end
            if position.snapshot is not None:
                continue
            if is_snapshot_sent or quiet_seconds >= self._bookmark_seconds:
                quiet_seconds = 0.0
                yield None, position
            if not changes:
                quiet_seconds += _POLL_SECONDS
                await self._wait(_POLL_SECONDS)

    async def _beginning(self, watched: WatchFilter) -> WatchPosition:
        await self._number_changes()
        async with self._store.read() as records:
            mark = await self._last_mark(records)
        return WatchPosition(mark, mark.number, _first_place(watched))

    async def _next(
        self, watched: WatchFilter, position: WatchPosition
    ) -> tuple[Sequence[Change], WatchPosition]:
        """Return what follows a position, and the position after it."""
        async with self._store.read() as records:
            if await records.application_changes.is_numbered():
                return await self._read(records, watched, position)
        await self._number_changes()
        async with self._store.read() as records:
            return await self._read(records, watched, position)

    async def _number_changes(self) -> None:
        async with self._numbering:
            async with self._store.read() as records:
                done = await records.application_changes.is_numbered()
            while not done:
                now = self._real_now()
                async with self._store.begin() as records:
                    done = await records.application_changes.number_some(
                        self._new_mark(), now, now - TOKENS_LAST
                    )

    async def _read(
        self, records: Records, watched: WatchFilter, position: WatchPosition
    ) -> tuple[Sequence[Change], WatchPosition]:
        if not await records.application_changes.has_mark(position.mark):
            raise BadWatchToken("watch again without a token", field="resume_token")
        position = replace(position, mark=await self._last_mark(records))
        if position.snapshot is None:
            rows = await records.application_changes.changed_after(
                position.change, watched.office, watched.states, BATCH
            )
            places = [replace(position, change=change) for change, _ in rows]
            # Up to the mark nothing else is watched, so that nobody looks there again.
            is_all = len(rows) < BATCH
            end = replace(position, change=position.mark.number) if is_all else places[-1]
        else:
            at = position.snapshot
            page = PageRequest(at.after, BATCH)
            rows = await records.cases.page(page, watched.office, at.state)
            places = [
                replace(position, snapshot=SnapshotPlace(at.state, number)) for number, _ in rows
            ]
            following = _place_after(at.state, watched)
            end = places[-1] if len(rows) == BATCH else replace(position, snapshot=following)
        return await self._changes(records, [case for _, case in rows], places), end

    async def _changes(
        self, records: Records, cases: Sequence[Case], places: Sequence[WatchPosition]
    ) -> Sequence[Change]:
        details = await application_details(records, self._offices, cases, self._clock.now())
        return list(zip(details, places, strict=True))

    async def _last_mark(self, records: Records) -> ChangeMark:
        mark = await records.application_changes.last_mark()
        assert mark is not None  # noqa: S101  numbering makes one, and the last one is kept
        return mark


def _watched_states(watched: WatchFilter) -> list[ApplicationState]:
    return [state for state in SNAPSHOT_STATES if not watched.states or state in watched.states]


def _first_place(watched: WatchFilter) -> SnapshotPlace | None:
    return next((SnapshotPlace(state, 0) for state in _watched_states(watched)), None)


def _place_after(state: ApplicationState, watched: WatchFilter) -> SnapshotPlace | None:
    states = _watched_states(watched)
    later = states[states.index(state) + 1 :] if state in states else []
    return SnapshotPlace(later[0], 0) if later else None
