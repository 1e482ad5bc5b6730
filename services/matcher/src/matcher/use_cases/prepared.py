"""Fingers made ready for the exact comparison, kept in memory as long as there is room."""

from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence

from servicekit.pool import Pool

from matcher.fingerprint.compare import Prepared, prepare
from matcher.use_cases.capture import read_template
from matcher.use_cases.ports import Store

_AT_ONCE = 500
"""Encounters read by one statement; databases limit how many it may name."""

Fingers = Mapping[int, Prepared]
"""By position."""


class PreparedFingers:
    """Gets prepared fingers of encounters, from memory or from their stored templates.

    An encounter's templates never change, so what is kept is right until it is deleted; the least
    recently used are dropped beyond ``limit_bytes``.
    """

    def __init__(self, store: Store, pool: Pool, limit_bytes: int) -> None:
        self._store = store
        self._pool = pool
        self._limit_bytes = limit_bytes
        self._bytes = 0
        self._kept: OrderedDict[str, Fingers] = OrderedDict()
        self._forgotten = 0

    async def get(self, encounter_ids: Sequence[str]) -> Mapping[str, Fingers]:
        """Fingers by encounter id; encounters deleted by now are left out."""
        found = {key: self._kept[key] for key in encounter_ids if key in self._kept}
        for key in found:
            self._kept.move_to_end(key)
        missing = [key for key in encounter_ids if key not in found]
        for start in range(0, len(missing), _AT_ONCE):
            found |= await self._made(missing[start : start + _AT_ONCE])
        return found

    def forget(self, encounter_ids: Collection[str] | None) -> None:
        """Keep nothing of encounters that were deleted; None: of any."""
        self._forgotten += 1
        for key in list(self._kept) if encounter_ids is None else encounter_ids:
            if (dropped := self._kept.pop(key, None)) is not None:
                self._bytes -= _size(dropped)

    async def _made(self, encounter_ids: Sequence[str]) -> Mapping[str, Fingers]:
        forgotten = self._forgotten
        async with self._store.read() as records:
            templates = await records.encounters.templates(encounter_ids)
        made = await self._pool.run(_prepare_all, templates)
        if forgotten == self._forgotten:  # else these may be among what was deleted meanwhile
            self._keep(made)
        return made

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
