"""Who may call what: one table, deny by default.

    [allow]
    "passport.matcher.v1.Encounters/CreateEncounter" = ["service:issuance", "service:registry"]
    "grpc.health.v1.Health/Check" = ["*"]

A row names a method and the roles that may call it; ``*`` is anybody with an identity.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from servicekit.security.identity import Caller

ANYBODY = "*"


class PolicyError(ValueError):
    """The policy file cannot be used; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Roles by method, ``package.Service/Method``."""

    allow: Mapping[str, frozenset[str]]

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a policy file; raises PolicyError unless every row is sound."""
        try:
            content = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise PolicyError(f"{path}: {error}") from error
        table = content.pop("allow", None)
        if not isinstance(table, dict) or content:
            raise PolicyError(f"{path}: exactly one table [allow] is expected")
        return cls({method: _roles(path, method, row) for method, row in table.items()})

    def allows(self, method: str, caller: Caller) -> bool:
        """Whether the caller may call the method; methods without a row are closed."""
        roles = self.allow.get(method, frozenset())
        return caller.role in roles or ANYBODY in roles


def _roles(path: Path, method: str, row: object) -> frozenset[str]:
    service, slash, name = method.partition("/")
    if not (service and slash and name) or "/" in name:
        raise PolicyError(f"{path}: {method!r} is not a method; write package.Service/Method")
    if not isinstance(row, list) or not all(isinstance(role, str) and role for role in row):
        raise PolicyError(f"{path}: {method} must be a list of roles")
    return frozenset(row)
