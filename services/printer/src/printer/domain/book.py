"""Blank books: the states of a book and the transitions between them."""

from dataclasses import dataclass
from enum import Enum

from printer.domain.errors import IllegalBookTransition


class BookState(Enum):
    """Where a book is; each serial is in exactly one state."""

    SAFE = "SAFE"
    LOADED = "LOADED"
    ASSIGNED = "ASSIGNED"
    ISSUED = "ISSUED"
    SPOILED = "SPOILED"
    QUARANTINED = "QUARANTINED"
    LOST = "LOST"
    RETURNED = "RETURNED"
    TRANSFERRED = "TRANSFERRED"
    DAMAGED = "DAMAGED"
    STOLEN = "STOLEN"
    MISSING = "MISSING"
    HANDED_OVER = "HANDED_OVER"
    SAMPLE = "SAMPLE"


class BookTransition(Enum):
    """All that can happen to a received book: the state before it and the state after it.

    `printer.domain.job_transitions.TRANSITIONS` says which event of a job makes which transition.
    """

    LOAD = (BookState.SAFE, BookState.LOADED)
    UNLOAD = (BookState.LOADED, BookState.SAFE)
    ASSIGN = (BookState.LOADED, BookState.ASSIGNED)
    UNASSIGN = (BookState.ASSIGNED, BookState.LOADED)
    ISSUE = (BookState.ASSIGNED, BookState.ISSUED)
    SPOIL = (BookState.ASSIGNED, BookState.SPOILED)
    LOSE = (BookState.ASSIGNED, BookState.LOST)
    QUARANTINE = (BookState.ASSIGNED, BookState.QUARANTINED)
    QUARANTINE_LOADED = (BookState.LOADED, BookState.QUARANTINED)
    QUARANTINE_IN_SAFE = (BookState.SAFE, BookState.QUARANTINED)
    QUARANTINE_SPOILED = (BookState.SPOILED, BookState.QUARANTINED)
    FIND_LOST = (BookState.LOST, BookState.QUARANTINED)
    RESOLVE_AS_PRINTED = (BookState.QUARANTINED, BookState.ASSIGNED)
    RESOLVE_AS_NOT_PRINTED = (BookState.QUARANTINED, BookState.SAFE)
    RESOLVE_AS_SPOILED = (BookState.QUARANTINED, BookState.SPOILED)
    RESOLVE_AS_LOST = (BookState.QUARANTINED, BookState.LOST)
    RETURN = (BookState.SAFE, BookState.RETURNED)
    TRANSFER = (BookState.SAFE, BookState.TRANSFERRED)
    RECEIVE_RETURNED = (BookState.RETURNED, BookState.SAFE)
    RECEIVE_TRANSFERRED = (BookState.TRANSFERRED, BookState.SAFE)
    DAMAGE_IN_SAFE = (BookState.SAFE, BookState.DAMAGED)
    DAMAGE_IN_MACHINE = (BookState.LOADED, BookState.DAMAGED)
    STEAL_FROM_SAFE = (BookState.SAFE, BookState.STOLEN)
    STEAL_FROM_MACHINE = (BookState.LOADED, BookState.STOLEN)
    STEAL_FINISHED = (BookState.ISSUED, BookState.STOLEN)
    MISS_IN_SAFE = (BookState.SAFE, BookState.MISSING)
    MISS_IN_MACHINE = (BookState.LOADED, BookState.MISSING)
    RECOVER = (BookState.MISSING, BookState.SAFE)
    HAND_OVER = (BookState.ISSUED, BookState.HANDED_OVER)
    TAKE_AS_SAMPLE = (BookState.LOADED, BookState.SAMPLE)
    QUARANTINE_SAMPLE = (BookState.SAMPLE, BookState.QUARANTINED)
    SPOIL_IN_SAFE = (BookState.SAFE, BookState.SPOILED)
    SPOIL_IN_MACHINE = (BookState.LOADED, BookState.SPOILED)

    @classmethod
    def between(cls, source: BookState, target: BookState) -> "BookTransition":
        """Return the transition between two states; raise IllegalBookTransition without one."""
        try:
            return cls((source, target))
        except ValueError:
            raise IllegalBookTransition(
                f"a book that is {source.value} cannot become {target.value}", state=source.value
            ) from None

    @classmethod
    def setting_aside(cls, source: BookState) -> "BookTransition | None":
        """Return how a book that may be printed is set aside; None if it is not at hand.

        A spoiled one that a machine reports printed may not have been destroyed.
        """
        return {
            BookState.LOADED: cls.QUARANTINE_LOADED,
            BookState.SAFE: cls.QUARANTINE_IN_SAFE,
            BookState.SPOILED: cls.QUARANTINE_SPOILED,
        }.get(source)

    @property
    def source(self) -> BookState:
        """State that the book must be in."""
        return self.value[0]

    @property
    def target(self) -> BookState:
        """State that the book is in afterwards."""
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Book:
    """A book; machine_id, attempt_id and document_number are empty while it has none."""

    serial: str
    state: BookState
    machine_id: str = ""
    attempt_id: str = ""
    document_number: str = ""
