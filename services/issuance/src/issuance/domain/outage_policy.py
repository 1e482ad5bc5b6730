"""What stops while something does not work, and what goes on: a policy, by scope and cause."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from servicekit.errors import DomainError, ErrorKind

from issuance.domain.outage import Outage, OutageScope
from issuance.domain.states import WITHOUT_BOOK, ApplicationState


class Activity(StrEnum):
    """What may stop in an outage."""

    INTAKE = "intake"
    """New applications are taken in."""
    IDENTIFICATION = "identification"
    """Applicants are identified, and their encounters at the matcher set to a status."""
    APPROVAL = "approval"
    """Passports are approved."""
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
    OutageScope.TRAVEL_BAN_LIST: frozenset(),
}
"""Activities that cannot go on without what is out, whatever a policy says."""
_STOPS_BY_DEFAULT: Mapping[OutageScope, frozenset[Activity]] = {
    OutageScope.TRAVEL_BAN_LIST: frozenset({Activity.APPROVAL}),
}
"""What outages of a scope stop of which a policy, perhaps of an earlier version, says nothing."""
_WAITING: Mapping[Activity, frozenset[ApplicationState]] = {
    Activity.INTAKE: frozenset(),
    Activity.IDENTIFICATION: frozenset({ApplicationState.IDENTIFYING}),
    Activity.APPROVAL: frozenset({ApplicationState.AWAITING_APPROVAL}),
    Activity.PRINTING: frozenset({ApplicationState.APPROVED, ApplicationState.PRINTING}),
    Activity.HAND_OVER: frozenset(),
}
"""Cases in these states wait for the activity, and their clocks are paused while it is stopped."""


@dataclass(frozen=True, slots=True)
class OutageRule:
    """What outages of a scope stop. cause: words that occur in their cause; empty: any cause."""

    scope: OutageScope
    stops: frozenset[Activity]
    cause: str = ""

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
            if not own and scope in _STOPS_BY_DEFAULT:
                continue
            if not own or own[-1].cause:
                raise BadPolicy(f"the last rule for {scope} must be for any cause")
            if any(not rule.cause for rule in own[:-1]):
                raise BadPolicy(f"rules for {scope} follow one for any cause: they never apply")
        for rule in self.rules:
            if missing := NEEDED_FOR[rule.scope] - rule.stops:
                raise BadPolicy(f"{min(missing)} cannot go on in an outage of {rule.scope}")

    def stopped(self, outage: Outage) -> frozenset[Activity]:
        """Return what such an outage stops while it lasts."""
        by_default = _STOPS_BY_DEFAULT.get(outage.scope, frozenset())
        return next((rule.stops for rule in self.rules if rule.applies_to(outage)), by_default)

    def stops(self, outage: Outage, activity: Activity) -> bool:
        """Return whether such an outage stops an activity while it lasts."""
        return activity in self.stopped(outage)

    def paused_states(self, outage: Outage) -> frozenset[ApplicationState]:
        """Return the states in which cases wait for the end of such an outage.

        Without their office all wait that are complete and have no book.
        """
        if outage.scope is OutageScope.OFFICE:
            return WITHOUT_BOOK
        return frozenset().union(*(_WAITING[activity] for activity in self.stopped(outage)))


DEFAULT_POLICY = OutagePolicy(
    tuple(
        OutageRule(scope, _STOPS_BY_DEFAULT.get(scope, activities))
        for scope, activities in NEEDED_FOR.items()
    )
)
"""Stops only what cannot go on, or should not."""
