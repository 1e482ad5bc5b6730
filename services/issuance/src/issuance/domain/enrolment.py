"""Whether the matcher still has what an application's identification rests on."""

from datetime import timedelta

from servicekit.errors import DomainError, ErrorKind

_SOON = timedelta(minutes=1)


class EnrolmentLost(DomainError):
    """The matcher has lost the fingerprints in a restore; they must be taken again."""

    kind = ErrorKind.PRECONDITION
    reason = "ENROLMENT_LOST"

    def __init__(self) -> None:
        super().__init__("the matcher has lost the enrolment: capture the person again")


class EnrolmentUnconfirmed(DomainError):
    """The matcher was restored, and was not asked yet whether it still has the fingerprints."""

    kind = ErrorKind.UNAVAILABLE
    reason = "ENROLMENT_UNCONFIRMED"

    def __init__(self) -> None:
        super().__init__(
            "the matcher was restored and is being compared with the applications; try again",
            retry_after=_SOON,
        )
