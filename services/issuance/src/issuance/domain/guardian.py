"""Parents and guardians: who consents to a child's passport, and comes to the interview."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from servicekit.errors import DomainError, ErrorKind


class GuardianRelation(StrEnum):
    """What somebody is to the child."""

    FATHER = "father"
    MOTHER = "mother"
    GUARDIAN = "guardian"


class GuardianRequired(DomainError):
    """A child's passport needs one or two parents or guardians."""

    kind = ErrorKind.INVALID
    reason = "GUARDIAN_REQUIRED"


class GuardianNotNeeded(DomainError):
    """Guardians are recorded of children only: others' data are not ours to keep."""

    kind = ErrorKind.INVALID
    reason = "GUARDIAN_NOT_NEEDED"


class GuardianConsentMissing(DomainError):
    """Every guardian who is named has to consent."""

    kind = ErrorKind.INVALID
    reason = "GUARDIAN_CONSENT_MISSING"


class GuardianAbsent(DomainError):
    """A child is interviewed in the presence of a guardian who consented (`guardian_present`)."""

    kind = ErrorKind.INVALID
    reason = "GUARDIAN_ABSENT"


@dataclass(frozen=True, slots=True)
class Guardian:
    """A parent or guardian. identity_number: of the identity card or passport that was shown."""

    name: str
    identity_number: str
    relation: GuardianRelation
    consents: bool


def require_guardians(guardians: Sequence[Guardian], *, is_child: bool) -> None:
    """Raise GuardianRequired, GuardianNotNeeded or GuardianConsentMissing, naming the field."""
    if guardians and not is_child:
        raise GuardianNotNeeded("guardians are recorded of children only", field="guardians")
    if is_child and not guardians:
        raise GuardianRequired("name the child's parents or guardians", field="guardians")
    for place, guardian in enumerate(guardians):
        if not guardian.consents:
            raise GuardianConsentMissing(
                "every guardian has to consent", field=f"guardians[{place}].consents"
            )


def require_guardian_present(
    guardians: Sequence[Guardian], present: GuardianRelation | None, *, is_child: bool
) -> None:
    """Raise GuardianRequired for a child of whom no guardian is recorded, or GuardianAbsent."""
    if not is_child:
        return
    require_guardians(guardians, is_child=True)
    if present not in {guardian.relation for guardian in guardians}:
        raise GuardianAbsent(
            "say which of the recorded guardians is present", field="guardian_present"
        )
