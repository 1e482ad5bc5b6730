"""The outage policy as a TOML file: read at the start, and written as an example."""

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from issuance.domain.activity import Activity
from issuance.domain.application_type import ApplicationType
from issuance.domain.outage import OutageScope
from issuance.domain.outage_policy import BadPolicy, OutagePolicy, OutageRule

EXAMPLE_HEAD = """\
# What stops while something does not work, and what goes on; made by `make docs`. Give a copy of
# it as outage_policy_file of issuance.toml. Without it these rules apply.
#
# The first rule that applies to an outage says what it stops while it lasts. That is recorded with
# the outage, when it opens and when its cause is given again (UpdateOutage): a rule that is changed
# later changes no outage, and no clock.
#   scope  what is out: matcher (for all offices), office (one office as a whole), printing (at one
#          office), travel_ban_list (for all offices: it is missing or too old)
#   cause  words that occur in the cause of the outage, in upper or lower case; left out: any cause
#   stops  any of: intake (CreateApplication), identification, approval (Approve), printing (release
#          and printing of approved passports), hand_over (HandOver)
#   verifies  types of application (renewal, replacement_lost, replacement_damaged) that go on while
#          the matcher cannot identify but can verify: applicants are compared with their own record
#          (1:1), and identified (1:N) before the passport is handed over. Left out: all wait. For
#          the scope matcher only
#   emergency_days  for how many days, 1 to 730, an emergency document is valid that an officer may
#          ask for while the matcher cannot identify (RequestEmergencyDocument); two supervisors
#          approve it, and its holder is identified afterwards. Left out: none is made. For the
#          scope matcher only
# The last rule for each scope is for any cause. Identification cannot go on without the matcher,
# nor printing without the printer or the office: these must be in stops. Without a rule for
# travel_ban_list its outage stops approval.
# What stopped goes on by itself when the outage ends.
"""


class _Rule(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    scope: OutageScope
    cause: str = Field("", max_length=500)
    stops: frozenset[Activity]
    verifies: frozenset[ApplicationType] = frozenset()
    emergency_days: int | None = None


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    rules: list[_Rule] = Field(min_length=1)


def read_outage_policy(file: Path) -> OutagePolicy:
    """Return the policy of a file. Raises OSError, or BadPolicy that names the rule at fault."""
    try:
        content = _File.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
        return OutagePolicy(
            tuple(
                OutageRule(rule.scope, rule.stops, rule.cause, rule.verifies, rule.emergency_days)
                for rule in content.rules
            )
        )
    except ValidationError as error:
        fault = error.errors()[0]
        place = ".".join(str(part) for part in fault["loc"])
        raise BadPolicy(f"{file}: {place}: {fault['msg']}") from error
    except ValueError as error:  # no TOML, no UTF-8, or rules that do not fit together
        raise BadPolicy(f"{file}: {error}") from error


def outage_policy_example(policy: OutagePolicy) -> str:
    """Return a policy as the text of a file."""
    return EXAMPLE_HEAD + "".join(_rule(rule) for rule in policy.rules)


def _rule(rule: OutageRule) -> str:
    cause = f'cause = "{rule.cause}"\n' if rule.cause else ""
    stops = ", ".join(f'"{activity}"' for activity in sorted(rule.stops))
    types = ", ".join(f'"{kind}"' for kind in sorted(rule.verifies))
    verifies = f"verifies = [{types}]\n" if types else ""
    days = f"emergency_days = {rule.emergency_days}\n" if rule.emergency_days else ""
    return f'\n[[rules]]\nscope = "{rule.scope}"\n{cause}stops = [{stops}]\n{verifies}{days}'
