"""Streams of changed applications: whose, how many of a caller, and their resume tokens."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta

from passport.issuance.v1 import applications_pb2 as pb
from servicekit.errors import Overloaded
from servicekit.grpc import page_tokens
from servicekit.security.identity import Caller, current_caller

from issuance.domain.application_watch import (
    SNAPSHOT_STATES,
    BadWatchToken,
    ChangeMark,
    SnapshotPlace,
    WatchPosition,
)
from issuance.domain.states import ApplicationState
from issuance.service import encode_applications as encode
from issuance.service.enum_codes import APPLICATION_STATE_OF
from issuance.service.office_scope import own_office, visible_office
from issuance.use_cases.watch_applications import WatchApplications, WatchFilter

_RETRY_AFTER = timedelta(seconds=10)
_STATES = {state.value: state for state in SNAPSHOT_STATES}
_LONGEST_NUMBER = 18
_LARGEST_ROW = 2**31 - 1


class ApplicationWatches:
    """Answers WatchApplications. most: of one caller at a time, so that none keeps others out."""

    def __init__(self, watch: WatchApplications, most: int) -> None:
        self._watch = watch
        self._most = most
        self._held: Counter[Caller] = Counter()

    async def __call__(
        self, request: pb.WatchApplicationsRequest
    ) -> AsyncIterator[pb.ApplicationChange]:
        """Yield the applications that change, and bookmarks. Raises WrongOffice, Overloaded."""
        caller = current_caller()
        office = request.office or own_office(caller)
        watched = WatchFilter(
            visible_office(caller, office or ""),
            frozenset(APPLICATION_STATE_OF[state] for state in request.states),
        )
        after = _decode(request.resume_token)
        with self._slot(caller):
            async for details, position in self._watch(watched, after):
                change = pb.ApplicationChange(resume_token=_encode(position))
                if details is not None:
                    change.application.CopyFrom(encode.application(details))
                yield change

    @contextmanager
    def _slot(self, caller: Caller) -> Iterator[None]:
        if self._held[caller] >= self._most:
            raise Overloaded(
                f"this caller watches {self._most} times already", retry_after=_RETRY_AFTER
            )
        self._held[caller] += 1
        try:
            yield
        finally:
            self._held[caller] -= 1
            if not self._held[caller]:
                del self._held[caller]


def _encode(position: WatchPosition) -> str:
    parts = [position.mark.number, position.mark.mark, position.change]
    if position.snapshot is not None:
        parts += [position.snapshot.state.value, position.snapshot.after]
    return page_tokens.encode(".".join(map(str, parts)))


def _decode(token: str) -> WatchPosition | None:
    """Return where a stream is resumed; None for an empty token. Raises BadWatchToken."""
    if not token:
        return None
    key = page_tokens.decode_key(token, BadWatchToken, "resume_token")
    number, mark, change, state, after = (*key.split(".")[:5], *[""] * 5)[:5]
    mark_of_number = ChangeMark(_number(number), mark)
    snapshot = SnapshotPlace(_state(state), _row(after)) if state else None
    return WatchPosition(mark_of_number, _number(change), snapshot)


def _number(text: str) -> int:
    if not (text.isdecimal() and len(text) <= _LONGEST_NUMBER):
        raise _not_ours()
    return int(text)


def _row(text: str) -> int:
    number = _number(text)
    if number > _LARGEST_ROW:
        raise _not_ours()
    return number


def _state(text: str) -> ApplicationState:
    if text not in _STATES:
        raise _not_ours()
    return _STATES[text]


def _not_ours() -> BadWatchToken:
    return BadWatchToken("this token was not issued here", field="resume_token")
