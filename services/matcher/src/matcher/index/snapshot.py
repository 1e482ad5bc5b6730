"""The gallery in a file, so that a start need not read the whole database.

A line of JSON (what it is, and the SHA-256 of the rest), then an uncompressed NPZ archive. A file
that is not exactly what was written, for exactly this database and models, counts as none at all.
"""

import hashlib
import io
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from servicekit.process.failpoint import failpoint

from matcher.comparison.comparator import PreparedFinger
from matcher.domain.biometrics import EncounterStatus
from matcher.domain.shortlist import FingerFeatures, IndexEntry

_FORMAT = "matcher-index-2"
_ID = "S64"
Arrays = dict[str, NDArray[Any]]


class UnusableSnapshot(Exception):
    """There is no snapshot that can be used; the message says why."""


@dataclass(frozen=True, slots=True)
class SnapshotHeader:
    """What a snapshot is of. change: number up to which it is complete."""

    database_epoch: str
    change: int
    embedding_version: str
    comparison_version: str


def write(path: Path, label: SnapshotHeader, entries: Sequence[IndexEntry]) -> None:
    """Put a snapshot in place of the one before, whole or not at all."""
    payload = io.BytesIO()
    np.savez(payload, allow_pickle=False, **_arrays(entries))
    content = payload.getbuffer()
    header: dict[str, object] = {"format": _FORMAT, "encounters": len(entries), **asdict(label)}
    header["sha256"] = digest(header, content)
    for left_over in path.parent.glob(f".{path.name}.*"):
        left_over.unlink(missing_ok=True)  # of a process that was killed, or that is slower
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with draft.open("wb") as file:
        file.write(json.dumps(header).encode() + b"\n")
        file.write(content[: len(content) // 2])
        file.flush()
        failpoint("matcher.snapshot.half_written")
        file.write(content[len(content) // 2 :])
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    _sync_folder(path.parent)


def read(path: Path, wanted: SnapshotHeader) -> tuple[int, list[IndexEntry]]:
    """The change number of a snapshot and its entries.

    wanted: the latest that may be read. Raises Unusable for a later one and any other.
    """
    try:
        with path.open("rb") as file:
            header = json.loads(file.readline(4096))
            content = file.read()
        _check(header, content, wanted)
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            entries = _entries(dict(arrays))
    except FileNotFoundError:
        raise UnusableSnapshot("there is none") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnusableSnapshot(f"it is damaged: {error}") from error
    if len(entries) != header["encounters"]:
        raise UnusableSnapshot("it is damaged: its count does not fit")
    return int(header["change"]), entries


def _check(header: Any, content: bytes, wanted: SnapshotHeader) -> None:
    if not isinstance(header, dict) or header.get("format") != _FORMAT:
        raise UnusableSnapshot("it is of another format")
    if header["database_epoch"] != wanted.database_epoch:
        raise UnusableSnapshot("it is of another database")
    if header["change"] > wanted.change:
        raise UnusableSnapshot("it is of a later state than the database")
    if header["embedding_version"] != wanted.embedding_version:
        raise UnusableSnapshot("its embeddings are of another model")
    if header["comparison_version"] != wanted.comparison_version:
        raise UnusableSnapshot("its fingers were prepared for another comparison")
    if header.pop("sha256") != digest(header, content):
        raise UnusableSnapshot("it is damaged: its checksum does not fit")


def digest(header: Mapping[str, object], content: bytes | memoryview) -> str:
    """SHA-256, hexadecimal, of a label and what it is of."""
    sha256 = hashlib.sha256(json.dumps(header, sort_keys=True).encode())
    sha256.update(content)
    return sha256.hexdigest()


def _arrays(entries: Sequence[IndexEntry]) -> Arrays:
    arrays: Arrays = {
        "encounter_id": np.array([entry.encounter_id for entry in entries], _ID),
        "person_id": np.array([entry.person_id for entry in entries], _ID),
        "status": np.array([entry.status for entry in entries], np.uint8),
        "added": np.array([entry.added for entry in entries], np.int64),
    }
    for position in sorted({position for entry in entries for position in entry.fingers}):
        owners = [i for i, entry in enumerate(entries) if position in entry.fingers]
        fingers = _columns([entries[owner].fingers[position] for owner in owners])
        arrays |= {f"{name}_{position}": column for name, column in fingers.items()}
        arrays[f"owner_{position}"] = np.array(owners, np.int64)
    return arrays


def _columns(fingers: Sequence[FingerFeatures]) -> Arrays:
    prepared = [finger.prepared for finger in fingers]
    return {
        "embedding": np.stack([finger.embedding for finger in fingers]),
        "minutiae": np.array([len(each) for each in prepared], np.uint8),
        "place": np.concatenate([each.geometry for each in prepared]),
        "bits": np.concatenate([each.descriptors for each in prepared]),
        "index": np.concatenate([each.minutia_index for each in prepared]),
    }


def _entries(arrays: Arrays) -> list[IndexEntry]:
    fingers: list[dict[int, FingerFeatures]] = [{} for _ in arrays["added"]]
    for position in range(1, 11):
        if f"owner_{position}" in arrays:
            owners = arrays[f"owner_{position}"]
            for owner, finger in zip(owners, _fingers(arrays, position), strict=True):
                fingers[owner][position] = finger
    columns = (arrays[name].tolist() for name in ("encounter_id", "person_id", "status", "added"))
    return [
        IndexEntry(encounter_id.decode(), person_id.decode(), EncounterStatus(status), added, found)
        for encounter_id, person_id, status, added, found in zip(*columns, fingers, strict=True)
    ]


def _fingers(arrays: Arrays, position: int) -> Iterator[FingerFeatures]:
    names = ("embedding", "minutiae", "place", "bits", "index")
    embeddings, minutiae, *parts = (arrays[f"{name}_{position}"] for name in names)
    end = 0
    for embedding, count in zip(embeddings, minutiae.tolist(), strict=True):
        start, end = end, end + count
        place, bits, index = (part[start:end] for part in parts)
        yield FingerFeatures(embedding, PreparedFinger(place, bits, index))


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
