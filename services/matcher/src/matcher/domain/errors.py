"""What the matcher refuses, and why."""

from servicekit.errors import DomainError, ErrorKind


class BadImage(DomainError):
    """The bytes are not an image of one fingerprint; the metadata say in what way."""

    kind = ErrorKind.INVALID
    reason = "BAD_IMAGE"


class BadTemplate(DomainError):
    """The bytes are not an ISO/IEC 19794-2 record, 2005 or 2011, of exactly one finger view."""

    kind = ErrorKind.INVALID
    reason = "BAD_TEMPLATE"


class PoorQuality(DomainError):
    """The image's NFIQ 2 score is below what is accepted; take the finger again."""

    kind = ErrorKind.INVALID
    reason = "POOR_QUALITY"


class TooFewMinutiae(DomainError):
    """The finger shows too few minutiae to say anything; take it again."""

    kind = ErrorKind.INVALID
    reason = "TOO_FEW_MINUTIAE"


class PositionMismatch(DomainError):
    """The record says it is of another finger than the sample says."""

    kind = ErrorKind.INVALID
    reason = "POSITION_MISMATCH"


class DuplicatePosition(DomainError):
    """Two samples are of the same finger."""

    kind = ErrorKind.INVALID
    reason = "DUPLICATE_POSITION"


class SameFingerTwice(DomainError):
    """Two samples said to be of different fingers are of one (metadata: the other's position)."""

    kind = ErrorKind.INVALID
    reason = "SAME_FINGER_TWICE"


class NoCommonFinger(DomainError):
    """The two sides have no finger in common, so nothing can be compared (metadata: misplaced).

    misplaced: fingers that are another one of the other side than was said, as "7 is 2".
    """

    kind = ErrorKind.PRECONDITION
    reason = "NO_COMMON_FINGER"


class EncounterExists(DomainError):
    """An encounter of this id exists or existed; ids are never used twice."""

    kind = ErrorKind.ALREADY_EXISTS
    reason = "ENCOUNTER_EXISTS"


class EncounterNotFound(DomainError):
    """There is no encounter of this id."""

    kind = ErrorKind.NOT_FOUND
    reason = "ENCOUNTER_NOT_FOUND"


class PersonNotFound(DomainError):
    """No searchable encounter belongs to this person."""

    kind = ErrorKind.NOT_FOUND
    reason = "PERSON_NOT_FOUND"


class DecisionNotFound(DomainError):
    """There is no decision of this id, or it does not name this person."""

    kind = ErrorKind.NOT_FOUND
    reason = "DECISION_NOT_FOUND"


class EvidenceGone(DomainError):
    """The fingers that were compared are not kept, or were deleted since."""

    kind = ErrorKind.PRECONDITION
    reason = "EVIDENCE_GONE"


class IndexBehind(DomainError):
    """The index has not yet applied every change that the search must see; ask again."""

    kind = ErrorKind.UNAVAILABLE
    reason = "INDEX_BEHIND"


class ForeignChangeToken(DomainError):
    """The change token is of a database that was replaced since, so it means nothing any more."""

    kind = ErrorKind.PRECONDITION
    reason = "FOREIGN_CHANGE_TOKEN"


class NotReady(DomainError):
    """The matcher is not ready for this kind of call: it is starting, or its index is not there."""

    kind = ErrorKind.UNAVAILABLE
    reason = "NOT_READY"
