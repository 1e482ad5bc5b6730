"""How is a state of the database named, so that a caller can ask for what it has already seen?"""

import re
from dataclasses import dataclass
from typing import Self

from servicekit.errors import InvalidRequest

LOG_HASH_DIGITS = 12
"""Hexadecimal digits of a log hash in a token: 48 bits, against accidents."""
_TOKEN = re.compile(rf"([0-9a-f]{{32}}):([0-9]{{1,18}})(?::([0-9a-f]{{{LOG_HASH_DIGITS}}}))?")


@dataclass(frozen=True, slots=True)
class ChangeToken:
    """Name of the state of the database after one committed change.

    database_epoch: names the database, new after a restore or promotion. number: of the change, 0
    or more, in the order of commits and without gaps. log_hash: the first digits of the hash of
    the change log up to this change, hexadecimal; empty in tokens from before it had one. Written
    as "<database_epoch>:<number>:<log_hash>".
    """

    database_epoch: str
    number: int
    log_hash: str = ""

    def __str__(self) -> str:
        return ":".join(filter(None, (self.database_epoch, str(self.number), self.log_hash)))

    @classmethod
    def parse(cls, token: str) -> Self:
        """Return the token a caller was given; raise InvalidRequest for any other text."""
        match = _TOKEN.fullmatch(token)
        if match is None:
            raise InvalidRequest("not a change token", field="min_change_token")
        return cls(match[1], int(match[2]), match[3] or "")

    def includes(self, other: "ChangeToken") -> bool:
        """Return whether the other state is this one or an earlier one of the same epoch.

        Only the change log knows whether the other state is of its history at all.
        """
        return self.database_epoch == other.database_epoch and self.number >= other.number
