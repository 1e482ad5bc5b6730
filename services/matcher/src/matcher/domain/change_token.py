"""How is a state of the database named, so that a caller can ask for what it has already seen?"""

import re
from dataclasses import dataclass
from typing import Self

from servicekit.errors import InvalidRequest

from matcher.domain.errors import ForeignChangeToken

_TOKEN = re.compile(r"([0-9a-f]{32}):([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class ChangeToken:
    """Name of the state of the database after one committed change.

    database_epoch: names the database, new after a restore. number: of the change, 0 or more,
    in the order of commits and without gaps. Written as "<database_epoch>:<number>".
    """

    database_epoch: str
    number: int

    def __str__(self) -> str:
        return f"{self.database_epoch}:{self.number}"

    @classmethod
    def parse(cls, token: str) -> Self:
        """Return the token a caller was given; raise InvalidRequest for any other text."""
        match = _TOKEN.fullmatch(token)
        if match is None:
            raise InvalidRequest("not a change token", field="min_change_token")
        return cls(match[1], int(match[2]))

    def includes(self, other: "ChangeToken") -> bool:
        """Return whether the other state is this one or an earlier one of the same epoch."""
        return self.database_epoch == other.database_epoch and self.number >= other.number

    def require_included(self, seen: "ChangeToken") -> None:
        """Raise ForeignChangeToken unless this state includes the one that a caller has seen."""
        if not self.includes(seen):
            raise ForeignChangeToken(
                "the change token is not of this database's history: it was restored since",
                field="min_change_token",
            )
