"""Two persons on record whom examiners found to be one."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from servicekit.errors import DomainError, ErrorKind

from issuance.domain.document import Document, DocumentStatus


class MergePending(DomainError):
    """The matcher has not made an earlier merge by this application yet; decide again later."""

    kind = ErrorKind.PRECONDITION
    reason = "MERGE_PENDING"


@dataclass(frozen=True, slots=True)
class UndoProposal:
    """What the first of two examiners found: that a merge was a mistake.

    by: identity of the examiner. applications: since the merge, that are of the person who was
    merged; sorted. at: business time.
    """

    by: str
    reason: str
    applications: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class PersonMerge:
    """A person who is from now on another one, with applications, documents and fingerprints.

    id: of the adjudication task that decided it. case: the application that was examined. by:
    identity of the examiner whose verdict decided. superseded_document: number of the passport that
    was valid and is revoked, since a person has one; "" if there was none. matcher_merge: id at the
    matcher, by which it can be undone there; "" until it is made there, or if nothing was to be
    moved. made: whether it is done at the matcher. cases_moved: the other applications that became
    those of into_person. undo_proposal: of the first examiner who found it to be a mistake.
    undone_at: when two had found that, by the second, undone_by; None while it holds.
    """

    id: str
    from_person: str
    into_person: str
    case: str
    office: str
    at: datetime
    by: str
    reason: str
    superseded_document: str = ""
    matcher_merge: str = ""
    made: bool = False
    cases_moved: tuple[str, ...] = ()
    undo_proposal: UndoProposal | None = None
    undone_at: datetime | None = None
    undone_by: str = ""


@dataclass(frozen=True, slots=True)
class SupersededBook:
    """A revoked passport that its holder still has, since they are one person with two records."""

    case: str
    office: str
    since: datetime
    document_number: str
    book_serial: str


def superseded_document(documents: Iterable[Document]) -> Document | None:
    """Return the valid passport that is revoked if these are of one person; None if there is none.

    The one that was issued last stays valid until the application under way is handed over.
    """
    valid = [each for each in documents if each.status is DocumentStatus.VALID]
    if len(valid) < 2:
        return None
    return min(valid, key=lambda each: (each.issued_on, each.status_since, each.number))


def encode_merges(ids: Sequence[str]) -> bytes:
    """Return the ids of merges as the payload of a task."""
    return json.dumps(list(dict.fromkeys(ids))).encode()


def decode_merges(payload: bytes) -> list[str]:
    """Return the ids of the merges of a payload."""
    return [str(id) for id in json.loads(payload)]
