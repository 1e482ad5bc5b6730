"""For which reasons does the matcher refuse a call?"""

from datetime import timedelta

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
    """The NFIQ 2 score of an image is too low; capture it again (metadata: position, quality)."""

    kind = ErrorKind.INVALID
    reason = "POOR_QUALITY"


class TooFewMinutiae(DomainError):
    """The finger shows too few minutiae; capture it again (metadata: position, minutiae)."""

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
    """Fingers of a decision were not stored, or were deleted since, or have no image to draw."""

    kind = ErrorKind.PRECONDITION
    reason = "EVIDENCE_GONE"


class UnreadableTemplate(DomainError):
    """No stored template of these fingers can be read; capture them again."""

    kind = ErrorKind.PRECONDITION
    reason = "UNREADABLE_TEMPLATE"


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


class IndexDoubtful(NotReady):
    """The index holds something else than the database: it answers nothing and is loaded anew."""

    def __init__(self, doubt: str, retry_after: timedelta) -> None:
        super().__init__(f"not ready: {doubt}", retry_after=retry_after)
        self.doubt = doubt


class ContradictoryDatabase(DomainError):
    """No index can be made: the database holds something else than its changes left."""

    kind = ErrorKind.PRECONDITION
    reason = "CONTRADICTORY_DATABASE"


class WrongHand(DomainError):
    """The slap shows the other hand than stated."""

    kind = ErrorKind.INVALID
    reason = "WRONG_HAND"


class FingersNotFound(DomainError):
    """The slap does not show the fingers that it should (metadata: expected, found)."""

    kind = ErrorKind.INVALID
    reason = "FINGERS_NOT_FOUND"


class FingerNotFound(DomainError):
    """The encounter has no template of this finger."""

    kind = ErrorKind.NOT_FOUND
    reason = "FINGER_NOT_FOUND"


class SameEncounter(DomainError):
    """Probe and reference are the same encounter; nothing is left to compare."""

    kind = ErrorKind.INVALID
    reason = "SAME_ENCOUNTER"


class StatusChangeNotAllowed(DomainError):
    """An encounter of this status cannot get that status."""

    kind = ErrorKind.PRECONDITION
    reason = "STATUS_CHANGE_NOT_ALLOWED"


class ReasonNeeded(DomainError):
    """This change must say why it is made."""

    kind = ErrorKind.INVALID
    reason = "REASON_NEEDED"


class SupervisorNeeded(DomainError):
    """This change must be made on behalf of a supervisor (header on-behalf-of)."""

    kind = ErrorKind.DENIED
    reason = "SUPERVISOR_NEEDED"


class SamePerson(DomainError):
    """Both persons are the same one."""

    kind = ErrorKind.INVALID
    reason = "SAME_PERSON"


class MergeNotFound(DomainError):
    """There is no merge of this id."""

    kind = ErrorKind.NOT_FOUND
    reason = "MERGE_NOT_FOUND"


class MergeUndone(DomainError):
    """The merge was undone before."""

    kind = ErrorKind.PRECONDITION
    reason = "MERGE_UNDONE"


class OffsetNotRising(DomainError):
    """The offset is not higher than that of the request before."""

    kind = ErrorKind.INVALID
    reason = "OFFSET_NOT_RISING"


class NoSnapshotFile(DomainError):
    """No snapshot file is configured for this replica."""

    kind = ErrorKind.PRECONDITION
    reason = "NO_SNAPSHOT_FILE"


class SnapshotUnusable(DomainError):
    """The snapshot is missing, damaged, or not of this database and these models."""

    kind = ErrorKind.PRECONDITION
    reason = "SNAPSHOT_UNUSABLE"


class OperationNotFound(DomainError):
    """There is no operation of this name that the caller may see."""

    kind = ErrorKind.NOT_FOUND
    reason = "OPERATION_NOT_FOUND"


class OperationNotDone(DomainError):
    """The operation has no result yet; cancel it first, or wait for it."""

    kind = ErrorKind.PRECONDITION
    reason = "OPERATION_NOT_DONE"


class OperationCancelled(DomainError):
    """The operation was cancelled before it had a result; nothing was changed."""

    kind = ErrorKind.CANCELLED
    reason = "OPERATION_CANCELLED"


class ReplicaStopped(DomainError):
    """The replica that alone could do this operation stopped; start it again."""

    kind = ErrorKind.ABORTED
    reason = "REPLICA_STOPPED"


class BundleNotFound(DomainError):
    """The replica that was called has no bundle of models of this name."""

    kind = ErrorKind.NOT_FOUND
    reason = "BUNDLE_NOT_FOUND"


class BundleUnusable(DomainError):
    """The bundle of models is damaged or not whole, or its files do not belong together."""

    kind = ErrorKind.PRECONDITION
    reason = "BUNDLE_UNUSABLE"


class BundleRejected(DomainError):
    """The bundle of models did not find people whom the present one finds; nothing was changed."""

    kind = ErrorKind.PRECONDITION
    reason = "BUNDLE_REJECTED"


class MigrationInProgress(DomainError):
    """Another bundle of models is being prepared; wait for it, or cancel it."""

    kind = ErrorKind.PRECONDITION
    reason = "MIGRATION_IN_PROGRESS"


class NoRoomForIndex(DomainError):
    """A second index needs more memory or disk than is free (metadata: needed, free, bytes)."""

    kind = ErrorKind.PRECONDITION
    reason = "NO_ROOM_FOR_INDEX"
