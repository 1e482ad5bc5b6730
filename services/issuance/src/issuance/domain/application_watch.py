"""Where a stream of changed applications stands, so that it can be left and resumed."""

from dataclasses import dataclass

from servicekit.errors import DomainError, ErrorKind

from issuance.domain.states import FINAL_STATES, ApplicationState

SNAPSHOT_STATES = tuple(state for state in ApplicationState if state not in FINAL_STATES)
"""In this order a stream begins with the applications that have not ended."""


class BadWatchToken(DomainError):
    """The resume token is not of this database, or is of last week; watch again without one."""

    kind = ErrorKind.INVALID
    reason = "BAD_WATCH_TOKEN"


@dataclass(frozen=True, slots=True)
class ChangeMark:
    """A random mark on a change number: who knows it has seen this very history up to there.

    After a restore of the database numbers are given out again, but no mark.
    """

    number: int
    mark: str


@dataclass(frozen=True, slots=True)
class SnapshotPlace:
    """What a stream has sent of its beginning: of which state, up to which application."""

    state: ApplicationState
    after: int


@dataclass(frozen=True, slots=True)
class WatchPosition:
    """Where a stream is resumed: after a change, which is not newer than a mark.

    snapshot: what of the beginning was sent last; None once all of it was.
    """

    mark: ChangeMark
    change: int
    snapshot: SnapshotPlace | None = None
