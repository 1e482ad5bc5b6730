"""Fingers made ready for the exact comparison, kept in memory as long as there is room."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence

from servicekit.pool import Pool

from matcher.fingerprint.compare import Prepared, prepare
from matcher.use_cases.capture import read_template
from matcher.use_cases.ports import Store

Fingers = Mapping[int, Prepared]
"""By position."""


class PreparedFingers:
    """Gets prepared fingers of encounters, from memory or from their stored templates.

    An encounter's templates never change, so that what is kept can never be wrong; the least
    recently used are dropped beyond ``limit_bytes``.
    """

    def __init__(self, store: Store, pool: Pool, limit_bytes: int) -> None:
        self._store = store
        self._pool = pool
        self._limit_bytes = limit_bytes
        self._bytes = 0
        self._kept: OrderedDict[str, Fingers] = OrderedDict()

    async def get(self, encounter_ids: Sequence[str]) -> Mapping[str, Fingers]:
        """Fingers by encounter id; encounters deleted by now are left out."""
        found = {key: self._kept[key] for key in encounter_ids if key in self._kept}
        for key in found:
            self._kept.move_to_end(key)
        missing = [key for key in encounter_ids if key not in found]
        if missing:
            async with self._store.read() as records:
                templates = await records.encounters.templates(missing)
            made = await self._pool.run(_prepare_all, templates)
            self._keep(made)
            found |= made
        return found

    def _keep(self, made: Mapping[str, Fingers]) -> None:
        for key, fingers in made.items():
            if key not in self._kept:
                self._kept[key] = fingers
                self._bytes += _size(fingers)
        while self._bytes > self._limit_bytes:
            _, dropped = self._kept.popitem(last=False)
            self._bytes -= _size(dropped)


def _prepare_all(templates: Mapping[str, Mapping[int, bytes]]) -> dict[str, Fingers]:
    return {
        key: {position: prepare(read_template(record)) for position, record in fingers.items()}
        for key, fingers in templates.items()
    }


def _size(fingers: Fingers) -> int:
    return sum(
        finger.place.nbytes + finger.bits.nbytes + finger.index.nbytes
        for finger in fingers.values()
    )
