"""Which shard of the index holds a person? By a hash of the id, so all encounters lie together."""

import hashlib
from dataclasses import dataclass

_HASH_BYTES = 8


@dataclass(frozen=True, slots=True)
class PersonPart:
    """One of so many parts of all persons. number: from 0."""

    number: int = 0
    parts: int = 1

    @property
    def is_whole(self) -> bool:
        """Whether it is everybody."""
        return self.parts == 1

    def __str__(self) -> str:
        """Return its name, as 2-of-4; empty if it is everybody."""
        return "" if self.is_whole else f"{self.number + 1}-of-{self.parts}"

    def holds(self, person_id: str) -> bool:
        """Return whether a person belongs to this part."""
        if self.is_whole:
            return True
        digest = hashlib.blake2b(person_id.encode(), digest_size=_HASH_BYTES).digest()
        return int.from_bytes(digest, "big") % self.parts == self.number


EVERYBODY = PersonPart()


def parts_of(shards: int) -> list[PersonPart]:
    """Return the parts of all persons, one for each shard."""
    return [PersonPart(number, shards) for number in range(shards)]
