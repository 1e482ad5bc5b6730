"""Is an entry in memory still the one that was added? A checksum shows bits that have flipped."""

import zlib

import numpy as np

from matcher.domain.index_entry import IndexEntry


def memory_checksum(entry: IndexEntry) -> int:
    """Return the CRC-32 of all that the index holds of an encounter. Takes 1 us for each kB."""
    encounter = (
        entry.encounter_id,
        entry.person_id,
        int(entry.status),
        entry.added_by_change,
        entry.unreadable,
        sorted(entry.galleries),
        entry.checksum,
        sorted(entry.fingers),
    )
    checksum = zlib.crc32(repr(encounter).encode())
    for _, finger in sorted(entry.fingers.items()):
        prepared = finger.prepared
        for part in (
            finger.embedding,
            prepared.geometry,
            prepared.descriptors,
            prepared.minutia_index,
            prepared.ridge_map,
            np.ascontiguousarray(finger.lists[:, 0]),
        ):
            checksum = zlib.crc32(part.tobytes(), checksum)
    return checksum
