"""How are database and index compared without comparing every row? By sums that both keep."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from matcher.domain.encounter import EncounterStatus

_CHECKSUM_BYTES = 8
_MODULUS = 2 ** (8 * _CHECKSUM_BYTES)


@dataclass(frozen=True, slots=True, eq=False)
class SearchedContent:
    """What searches use of a stored encounter.

    added_by_change: number of the change that added it. templates: SHA-256 of each stored template
    by finger position. galleries: that it belongs to.
    """

    encounter_id: str
    person_id: str
    status: EncounterStatus
    added_by_change: int
    templates: Mapping[int, bytes]
    galleries: tuple[str, ...]

    @property
    def digest(self) -> bytes:
        """SHA-256 of all of it."""
        fields = (
            self.encounter_id,
            self.person_id,
            int(self.status),
            self.added_by_change,
            sorted((position, template.hex()) for position, template in self.templates.items()),
            sorted(self.galleries),
        )
        return hashlib.sha256(json.dumps(fields).encode()).digest()

    @property
    def checksum(self) -> int:
        """The first 64 bits of the digest."""
        return int.from_bytes(self.digest[:_CHECKSUM_BYTES], "big")


@dataclass(frozen=True, slots=True)
class ContentSums:
    """Sums over all searched encounters, whatever their order.

    fingers: with a stored template, whether or not it can be read. checksum: sum of the checksums
    of encounters, modulo 2 to the 64.
    """

    encounters: int = 0
    fingers: int = 0
    checksum: int = 0

    def __str__(self) -> str:
        return f"{self.encounters} encounters, {self.fingers} fingers, checksum {self.checksum:x}"

    def plus(self, encounters: int, fingers: int, checksums: int) -> "ContentSums":
        """Return the sums with more encounters. checksums: the sum of theirs."""
        return ContentSums(
            self.encounters + encounters,
            self.fingers + fingers,
            (self.checksum + checksums) % _MODULUS,
        )

    def joined_with(self, others: "ContentSums") -> "ContentSums":
        """Return the sums over both."""
        return self.plus(others.encounters, others.fingers, others.checksum)

    def minus(self, fingers: int, checksum: int) -> "ContentSums":
        """Return the sums without one encounter that they hold."""
        return ContentSums(
            self.encounters - 1, self.fingers - fingers, (self.checksum - checksum) % _MODULUS
        )

    def after(self, before: SearchedContent | None, after: SearchedContent | None) -> "ContentSums":
        """Return the sums after a change of one encounter; None where it does not exist."""
        sums = self
        if before is not None and before.status.is_searched and before.templates:
            sums = sums.minus(len(before.templates), before.checksum)
        if after is not None and after.status.is_searched and after.templates:
            sums = sums.plus(1, len(after.templates), after.checksum)
        return sums
