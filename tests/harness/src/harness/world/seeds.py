"""Reproducible randomness: every number and id of a world derives from one seed."""

import hashlib
import random
from uuid import UUID

_NAMESPACE = "country-on-a-laptop"


def derive(*parts: object) -> int:
    """Return a number in [0, 2**48) that depends on all parts and on nothing else."""
    return int.from_bytes(_digest(parts)[:6])


def stream(*parts: object) -> random.Random:
    """Return a random generator of its own for each combination of parts."""
    return random.Random(derive(*parts))


def request_id(*parts: object) -> str:
    """Return a request id (UUID); the same parts give the same UUID."""
    return str(UUID(bytes=_digest(parts)[:16], version=5))


def _digest(parts: tuple[object, ...]) -> bytes:
    return hashlib.sha256("/".join([_NAMESPACE, *map(str, parts)]).encode()).digest()
