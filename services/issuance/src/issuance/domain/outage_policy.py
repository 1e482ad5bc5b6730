"""What stops while something does not work, and what goes on: a policy, by scope and cause.

It is applied to an outage when that is recorded; what an outage stops is a part of it from then on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from issuance.domain.activity import Activity
from issuance.domain.application_type import ApplicationType
from issuance.domain.outage import NEEDED_FOR, Outage, OutageScope

LONGEST_EMERGENCY_DAYS = 730
"""Most days that an emergency document may be valid: two years, as the law allows an SPLP."""
_STOPS_BY_DEFAULT: Mapping[OutageScope, frozenset[Activity]] = {
    OutageScope.TRAVEL_BAN_LIST: frozenset({Activity.APPROVAL}),
}
"""What outages of a scope stop of which a policy, perhaps of an earlier version, says nothing."""


@dataclass(frozen=True, slots=True)
class OutageRule:
    """What outages of a scope stop. cause: words that occur in their cause; empty: any cause.

    verifies: types of application that go on by verification (1:1) while identification is stopped.
    emergency_days: for how many days emergency documents are valid that are made meanwhile; None:
    none are made.
    """

    scope: OutageScope
    stops: frozenset[Activity]
    cause: str = ""
    verifies: frozenset[ApplicationType] = frozenset()
    emergency_days: int | None = None

    def applies_to(self, outage: Outage) -> bool:
        """Return whether it is about such an outage."""
        return outage.scope is self.scope and self.cause.casefold() in outage.cause.casefold()


class BadPolicy(ValueError):
    """An outage policy that contradicts itself, or leaves something open."""


def _check_emergencies(rule: OutageRule) -> None:
    days = rule.emergency_days
    if days is None:
        return
    if rule.scope is not OutageScope.MATCHER:
        raise BadPolicy(f"emergency documents are not for an outage of {rule.scope}")
    if not 1 <= days <= LONGEST_EMERGENCY_DAYS:
        raise BadPolicy(f"emergency documents are valid for 1 to {LONGEST_EMERGENCY_DAYS} days")


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
            if rule.verifies and rule.scope is not OutageScope.MATCHER:
                raise BadPolicy(f"verification is not for an outage of {rule.scope}")
            _check_emergencies(rule)
            if without := sorted(each for each in rule.verifies if not each.claims_record):
                raise BadPolicy(f"{without[0]} has no own record to be verified with")

    @property
    def verifiable_types(self) -> frozenset[ApplicationType]:
        """The types of application that some outage lets go on by verification."""
        return frozenset().union(*(rule.verifies for rule in self.rules))

    def verifies(self, outage: Outage) -> frozenset[ApplicationType]:
        """Return the types that go on by verification while such an outage lasts."""
        return self._rule(outage).verifies

    def emergency_days(self, outage: Outage) -> int | None:
        """Return how long emergency documents are valid that are made while such an outage lasts.

        None: none are made.
        """
        return self._rule(outage).emergency_days

    def _rule(self, outage: Outage) -> OutageRule:
        stops = _STOPS_BY_DEFAULT.get(outage.scope, frozenset())
        by_default = OutageRule(outage.scope, stops)
        return next((rule for rule in self.rules if rule.applies_to(outage)), by_default)

    def applied_to(self, outage: Outage) -> Outage:
        """Return the outage with what it stops by the first rule that applies to it."""
        return replace(outage, stopped_by_policy=self._rule(outage).stops)


DEFAULT_POLICY = OutagePolicy(
    tuple(
        OutageRule(scope, _STOPS_BY_DEFAULT.get(scope, activities))
        for scope, activities in NEEDED_FOR.items()
    )
)
"""Stops only what cannot go on, or should not."""
