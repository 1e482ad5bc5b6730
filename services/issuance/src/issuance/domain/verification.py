"""When a verification (1:1) with the own record lets an application go on before identification."""

from collections.abc import Iterable
from dataclasses import dataclass

from issuance.domain.activity import Activity
from issuance.domain.application_type import ApplicationType
from issuance.domain.case import Case
from issuance.domain.outage import Outage
from issuance.domain.outage_policy import OutagePolicy
from issuance.domain.states import ApplicationState


@dataclass(frozen=True, slots=True)
class Verification:
    """The matcher's comparison of an applicant with their own record.

    matches: whether both are surely the same person. decision_id: of its record; empty if nothing
    could be compared.
    """

    matches: bool
    decision_id: str = ""


def is_verifiable(case: Case, policy: OutagePolicy) -> bool:
    """Return whether an outage may let a case go on by verification.

    Fingerprints that were taken again, whoever has a book already, and whoever was compared and
    did not match, wait for identification: somebody had doubts.
    """
    return (
        case.state is ApplicationState.IDENTIFYING
        and case.type in policy.verifiable_types
        and case.encounter_number == 1
        and not case.book_serial
        and case.own_record_first is None
    )


def verified_types(
    outages: Iterable[Outage], office: str, policy: OutagePolicy
) -> frozenset[ApplicationType]:
    """Return the types that go on by verification at an office now; every outage has to allow it.

    outages: the ongoing ones.
    """
    allowed = [
        policy.verifies(outage)
        for outage in outages
        if outage.affects(office) and outage.stops(Activity.IDENTIFICATION)
    ]
    return frozenset.intersection(*allowed) if allowed else frozenset()
