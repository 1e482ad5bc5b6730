"""What stops while something does not work, and what goes on: a policy, by scope and cause."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from servicekit.errors import DomainError, ErrorKind

from issuance.domain.application_type import ApplicationType
from issuance.domain.outage import Outage, OutageScope
from issuance.domain.states import AWAITING_IDENTIFICATION, NOT_READY, ApplicationState


class Activity(StrEnum):
    """What may stop in an outage."""

    INTAKE = "intake"
    """New applications are taken in."""
    IDENTIFICATION = "identification"
    """Applicants are identified, and their encounters at the matcher set to a status."""
    PRINTING = "printing"
    """Approved passports are released to the printer and printed."""
    HAND_OVER = "hand_over"
    """Passports are handed over."""


class StoppedByOutage(DomainError):
    """The outage policy stops this while an outage lasts (metadata: outage, activity)."""

    kind = ErrorKind.PRECONDITION
    reason = "STOPPED_BY_OUTAGE"


NEEDED_FOR: Mapping[OutageScope, frozenset[Activity]] = {
    OutageScope.MATCHER: frozenset({Activity.IDENTIFICATION}),
    OutageScope.OFFICE: frozenset({Activity.PRINTING}),
    OutageScope.PRINTING: frozenset({Activity.PRINTING}),
}
"""Activities that cannot go on without what is out, whatever a policy says."""
_WAITING: Mapping[Activity, frozenset[ApplicationState]] = {
    Activity.INTAKE: frozenset(),
    Activity.IDENTIFICATION: AWAITING_IDENTIFICATION,
    Activity.PRINTING: frozenset({ApplicationState.APPROVED, ApplicationState.PRINTING}),
    Activity.HAND_OVER: frozenset(),
}
"""Cases in these states wait for the activity, and their clocks are paused while it is stopped."""


@dataclass(frozen=True, slots=True)
class OutageRule:
    """What outages of a scope stop. cause: words that occur in their cause; empty: any cause.

    verifies: types of application that go on by verification (1:1) while identification is stopped.
    """

    scope: OutageScope
    stops: frozenset[Activity]
    cause: str = ""
    verifies: frozenset[ApplicationType] = frozenset()

    def applies_to(self, outage: Outage) -> bool:
        """Return whether it is about such an outage."""
        return outage.scope is self.scope and self.cause.casefold() in outage.cause.casefold()


class BadPolicy(ValueError):
    """An outage policy that contradicts itself, or leaves something open."""


@dataclass(frozen=True, slots=True)
class OutagePolicy:
    """Rules in order: the first that applies to an outage says what it stops.

    Raises BadPolicy.
    """

    rules: tuple[OutageRule, ...]

    def __post_init__(self) -> None:
        for scope in OutageScope:
            own = [rule for rule in self.rules if rule.scope is scope]
            if not own or own[-1].cause:
                raise BadPolicy(f"the last rule for {scope} must be for any cause")
            if any(not rule.cause for rule in own[:-1]):
                raise BadPolicy(f"rules for {scope} follow one for any cause: they never apply")
        for rule in self.rules:
            if missing := NEEDED_FOR[rule.scope] - rule.stops:
                raise BadPolicy(f"{min(missing)} cannot go on in an outage of {rule.scope}")
            if rule.verifies and rule.scope is not OutageScope.MATCHER:
                raise BadPolicy(f"verification is not for an outage of {rule.scope}")
            if without := sorted(each for each in rule.verifies if not each.claims_record):
                raise BadPolicy(f"{without[0]} has no own record to be verified with")

    @property
    def verifiable_types(self) -> frozenset[ApplicationType]:
        """The types of application that some outage lets go on by verification."""
        return frozenset().union(*(rule.verifies for rule in self.rules))

    def verifies(self, outage: Outage) -> frozenset[ApplicationType]:
        """Return the types that go on by verification while such an outage lasts."""
        return self._rule(outage).verifies

    def stopped(self, outage: Outage) -> frozenset[Activity]:
        """Return what such an outage stops while it lasts."""
        return self._rule(outage).stops

    def _rule(self, outage: Outage) -> OutageRule:
        return next(rule for rule in self.rules if rule.applies_to(outage))

    def stops(self, outage: Outage, activity: Activity) -> bool:
        """Return whether such an outage stops an activity while it lasts."""
        return activity in self.stopped(outage)

    def paused_states(self, outage: Outage) -> frozenset[ApplicationState]:
        """Return the states in which cases wait for the end of such an outage.

        Without their office all wait that are complete and have nothing to collect.
        """
        if outage.scope is OutageScope.OFFICE:
            return NOT_READY
        return frozenset().union(*(_WAITING[activity] for activity in self.stopped(outage)))


DEFAULT_POLICY = OutagePolicy(
    tuple(OutageRule(scope, activities) for scope, activities in NEEDED_FOR.items())
)
"""Stops only what cannot go on."""
