"""When two persons who were merged by mistake are two again, and which passports are valid then."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import dropwhile

from servicekit.errors import DomainError, ErrorKind

from issuance.domain.adjudication_task import ExaminedBefore, OwnCase, SecondExaminerRequired
from issuance.domain.document import Document
from issuance.domain.events import ApplicationEvent
from issuance.domain.history import HistoryEntry
from issuance.domain.person_merge import PersonMerge, UndoProposal
from issuance.domain.separation_of_duties import NOT_THE_EXAMINERS, is_among

_BECAME_THEIRS = frozenset({ApplicationEvent.CREATE, ApplicationEvent.LINK_PERSON})

_BY_THE_MERGE = frozenset({ApplicationEvent.LINK_PERSON, ApplicationEvent.MERGE_PERSON})
_FOUND = frozenset(
    {
        ApplicationEvent.VERIFY,
        ApplicationEvent.IDENTIFY,
        ApplicationEvent.REFER_TO_EXAMINERS,
    }
)


class MergeNotFound(DomainError):
    """By the verdicts on this task no persons were merged."""

    kind = ErrorKind.NOT_FOUND
    reason = "MERGE_NOT_FOUND"


class MergeUndone(DomainError):
    """The merge was undone before."""

    kind = ErrorKind.PRECONDITION
    reason = "MERGE_UNDONE"


class MergedSince(DomainError):
    """The one person was merged with another one since; undo that first (metadata: task_id)."""

    kind = ErrorKind.PRECONDITION
    reason = "MERGED_SINCE"


class NotSinceMerge(DomainError):
    """The application is not one since the merge (metadata: application_id)."""

    kind = ErrorKind.INVALID
    reason = "NOT_SINCE_MERGE"


def require_not_undone(merge: PersonMerge) -> None:
    """Raise MergeUndone if the merge holds no longer."""
    if merge.undone_at is not None:
        raise MergeUndone("this merge was undone before", field="task_id")


def require_latest(later: PersonMerge | None) -> None:
    """Raise MergedSince if there is a later merge of the one person with a third one."""
    if later is not None:
        raise MergedSince("undo the later merge first", field="task_id", task_id=later.id)


def require_since(merge: PersonMerge, history: Iterable[HistoryEntry], application: str) -> None:
    """Raise NotSinceMerge unless the application became the one person's since the merge."""
    if not any(each.event in _BECAME_THEIRS and each.at >= merge.at for each in history):
        raise NotSinceMerge(
            "the application is not one since the merge",
            field="application_ids",
            application_id=application,
        )


def is_found_since(merge: PersonMerge, history: Iterable[HistoryEntry], application: str) -> bool:
    """Return whether the matcher found its applicant while they were the one person."""
    moved = application in (merge.case, *merge.cases_moved)
    begins = _BY_THE_MERGE if moved else _BECAME_THEIRS
    as_one = dropwhile(lambda each: each.event not in begins or each.at < merge.at, history)
    return any(each.event in _FOUND for each in as_one)


def is_undone_since(history: Sequence[HistoryEntry]) -> bool:
    """Return whether a merge of its person was undone after the matcher's last decision."""
    known = _FOUND | {ApplicationEvent.UNDO_MERGE}
    last = next((each.event for each in reversed(history) if each.event in known), None)
    return last is ApplicationEvent.UNDO_MERGE


def require_no_part(
    person: str, histories: Iterable[HistoryEntry], examiners: Iterable[str]
) -> None:
    """Raise OwnCase or ExaminedBefore if the person may not find that a merge was a mistake.

    histories: of the applications in question. examiners: who gave a verdict on the one examined.
    """
    if is_among(person, examiners):
        raise ExaminedBefore("who examined the application does not undo the merge")
    if is_among(person, (each.person for each in histories if each.event in NOT_THE_EXAMINERS)):
        raise OwnCase("who took part in one of the applications does not undo the merge")


def is_confirmed(first: UndoProposal | None, second: UndoProposal) -> bool:
    """Return whether another examiner has proposed the same before.

    One who names other applications replaces the proposal. Raises SecondExaminerRequired.
    """
    if first is None or first.applications != second.applications:
        return False
    if is_among(second.by, [first.by]):
        raise SecondExaminerRequired("the merge is undone by another examiner")
    return True


def valid_again(
    documents: Iterable[Document],
    handed_over: Mapping[str, datetime],
    excluded: Collection[str],
    since: datetime,
) -> Document | None:
    """Return the passport of a person that is valid again after the undoing of a merge, if any.

    It is the last that was handed over, unless it was revoked before the merge, or for another
    reason than that one person has one valid passport. handed_over: when, by application. excluded:
    numbers of documents that nothing makes valid. since: when the merge was made.
    """
    theirs = [each for each in documents if each.case in handed_over]
    last = max(theirs, key=lambda each: handed_over[each.case], default=None)
    if last is None or last.status_since < since or last.number in excluded:
        return None
    return last if last.is_superseded else None
