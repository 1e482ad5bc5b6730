"""For which reasons does the matcher refuse a call?"""

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
    """The image's NFIQ 2 score is below the accepted minimum; capture the finger again."""

    kind = ErrorKind.INVALID
    reason = "POOR_QUALITY"


class TooFewMinutiae(DomainError):
    """The finger shows fewer minutiae than the accepted minimum; capture it again."""

    kind = ErrorKind.INVALID
    reason = "TOO_FEW_MINUTIAE"


class PositionMismatch(DomainError):
    """The record states another finger position than the sample."""

    kind = ErrorKind.INVALID
    reason = "POSITION_MISMATCH"


class DuplicatePosition(DomainError):
    """Two samples are of the same finger."""

    kind = ErrorKind.INVALID
    reason = "DUPLICATE_POSITION"


class SameFingerTwice(DomainError):
    """Two samples stated as different fingers are of one (metadata: position, of the other)."""

    kind = ErrorKind.INVALID
    reason = "SAME_FINGER_TWICE"


class NoCommonFinger(DomainError):
    """Probe and reference have no finger in common (metadata: finger_sequence_errors).

    finger_sequence_errors: fingers of the probe that are another finger of the reference than
    stated, as "7 is 2".
    """

    kind = ErrorKind.PRECONDITION
    reason = "NO_COMMON_FINGER"


class EncounterExists(DomainError):
    """An encounter of this id exists or existed; ids are never used again."""

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
    """The fingers that were compared were not stored, or were deleted since."""

    kind = ErrorKind.PRECONDITION
    reason = "EVIDENCE_GONE"


class IndexBehind(DomainError):
    """The index has not yet applied every change that the search must include; try again."""

    kind = ErrorKind.UNAVAILABLE
    reason = "INDEX_BEHIND"


class ForeignChangeToken(DomainError):
    """The change token is of a database that was replaced by a backup since; it is void."""

    kind = ErrorKind.PRECONDITION
    reason = "FOREIGN_CHANGE_TOKEN"


class NotReady(DomainError):
    """The matcher cannot serve this call yet: it is starting, or its index is not loaded."""

    kind = ErrorKind.UNAVAILABLE
    reason = "NOT_READY"
