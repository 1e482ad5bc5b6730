"""States of the database, named so that callers can ask for what they have seen."""

import re
from dataclasses import dataclass
from typing import Self

from servicekit.errors import InvalidRequest

from matcher.domain.errors import ForeignChangeToken

_TOKEN = re.compile(r"([0-9a-f]{32}):([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class ChangeToken:
    """A committed change. database_epoch: of the database, new after a restore. number: 0 or more."""

    database_epoch: str
    number: int

    def __str__(self) -> str:
        return f"{self.database_epoch}:{self.number}"

    @classmethod
    def parse(cls, token: str) -> Self:
        """Read a token given to a caller; raises InvalidRequest for anything else."""
        match = _TOKEN.fullmatch(token)
        if match is None:
            raise InvalidRequest("not a change token", field="min_change_token")
        return cls(match[1], int(match[2]))

    def includes(self, other: "ChangeToken") -> bool:
        """Whether this state of the database has the other in its past."""
        return self.database_epoch == other.database_epoch and self.number >= other.number

    def must_include(self, seen: "ChangeToken") -> None:
        """Raise ForeignChangeToken unless this state includes what a caller has seen."""
        if not self.includes(seen):
            raise ForeignChangeToken(
                "the change token is not of this database's history: it was restored since",
                field="min_change_token",
            )
