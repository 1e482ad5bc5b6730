"""Which roles may call which method? Those listed in one table; everything else is denied.

    [allow]
    "passport.matcher.v1.Encounters/CreateEncounter" = ["service:issuance", "service:registry"]
    "grpc.health.v1.Health/Check" = ["*"]

A row names a method and the roles that may call it; ``*`` is any authenticated caller.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from servicekit.security.identity import Caller

ANY_CALLER = "*"


class PolicyError(ValueError):
    """The policy file cannot be used; the message names the file and the reason."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The access policy. allow: roles by method, ``package.Service/Method``."""

    allow: Mapping[str, frozenset[str]]

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a policy file; raises PolicyError unless every row is valid."""
        try:
            content = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise PolicyError(f"{path}: {error}") from error
        table = content.pop("allow", None)
        if not isinstance(table, dict) or content:
            raise PolicyError(f"{path}: exactly one table [allow] is expected")
        return cls({method: _roles(path, method, row) for method, row in table.items()})

    @property
    def roles(self) -> frozenset[str]:
        """The roles that may call any method, of people and of services."""
        return frozenset().union(*self.allow.values()) - {ANY_CALLER}

    def allows(self, method: str, caller: Caller) -> bool:
        """Return whether the caller may call the method; False for a method without a row."""
        roles = self.allow.get(method, frozenset())
        return caller.role in roles or ANY_CALLER in roles


def _roles(path: Path, method: str, row: object) -> frozenset[str]:
    service, slash, name = method.partition("/")
    if not (service and slash and name) or "/" in name:
        raise PolicyError(f"{path}: {method!r} is not a method; write package.Service/Method")
    if not isinstance(row, list) or not all(isinstance(role, str) and role for role in row):
        raise PolicyError(f"{path}: {method} must be a list of roles")
    return frozenset(row)
