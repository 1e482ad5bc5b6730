"""How is the index saved in a file, so that a start need not read the whole database?

A line of JSON (the header, with the SHA-256 of itself and the rest), then an uncompressed NPZ
archive of columns. A file that is not exactly what was written, for exactly this database and these
models, is not used at all.
"""

import hashlib
import io
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from servicekit.process.failpoint import failpoint

from matcher.domain.change_token import ChangeToken
from matcher.domain.index_entry import IndexEntry, SnapshotFacts
from matcher.index.snapshot_columns import columns_of, entries_of

_FORMAT = "matcher-index-6"
_HEADER_LIMIT = 4096
"""Longest header that is read, bytes."""
_ALLOW_PICKLE = False
"""A pickle can run any code when it is read."""


class UnusableSnapshot(Exception):
    """There is no snapshot that can be used; the message is the reason."""


@dataclass(frozen=True, slots=True)
class SnapshotHeader:
    """Which state of which database a snapshot holds, and for which models.

    change, log_hash: of the last change it includes, as in its change token.
    """

    database_epoch: str
    change: int
    log_hash: str
    embedding_version: str
    comparison_version: str
    quantizer_version: str


def write(path: Path, header: SnapshotHeader, entries: Sequence[IndexEntry]) -> None:
    """Replace the snapshot by another, whole or not at all. Raises OSError."""
    archive = io.BytesIO()
    np.savez(archive, allow_pickle=_ALLOW_PICKLE, **columns_of(entries))
    content = archive.getbuffer()
    fields: dict[str, object] = {"format": _FORMAT, "encounters": len(entries), **asdict(header)}
    fields["sha256"] = digest(fields, content)
    for left_over in path.parent.glob(f".{path.name}.*"):
        left_over.unlink(missing_ok=True)  # of a process that was killed, or that is slower
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    middle = len(content) // 2
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(json.dumps(fields).encode() + b"\n")
        file.write(content[:middle])
        file.flush()
        failpoint("matcher.snapshot.half_written")
        file.write(content[middle:])
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    _sync_folder(path.parent)


def describe(path: Path) -> SnapshotFacts:
    """Return what the header of a snapshot says, unchecked, and its size.

    Raises UnusableSnapshot if there is no header.
    """
    try:
        with path.open("rb") as file:
            fields = json.loads(file.readline(_HEADER_LIMIT))
        state = ChangeToken(fields["database_epoch"], int(fields["change"]), fields["log_hash"])
        return SnapshotFacts(state, int(fields["encounters"]), path.stat().st_size)
    except FileNotFoundError:
        raise UnusableSnapshot("there is none") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnusableSnapshot(f"it is damaged: {error}") from error


def read(path: Path, wanted: SnapshotHeader) -> tuple[ChangeToken, list[IndexEntry]]:
    """Return the state of the database that a snapshot holds, and its entries.

    wanted: the latest state that may be read. Raises UnusableSnapshot for a later one, for one of
    another database or other models, and for anything that is no whole snapshot.
    """
    try:
        with path.open("rb") as file:
            fields = json.loads(file.readline(_HEADER_LIMIT))
            content = file.read()
        _check(fields, content, wanted)
        with np.load(io.BytesIO(content), allow_pickle=_ALLOW_PICKLE) as archive:
            entries = entries_of(dict(archive))
    except FileNotFoundError:
        raise UnusableSnapshot("there is none") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnusableSnapshot(f"it is damaged: {error}") from error
    if len(entries) != fields["encounters"]:
        raise UnusableSnapshot("it is damaged: its count does not fit")
    return ChangeToken(wanted.database_epoch, int(fields["change"]), fields["log_hash"]), entries


def _check(fields: Any, content: bytes, wanted: SnapshotHeader) -> None:
    if not isinstance(fields, dict) or fields.get("format") != _FORMAT:
        raise UnusableSnapshot("it is of another format")
    if fields["database_epoch"] != wanted.database_epoch:
        raise UnusableSnapshot("it is of another database")
    if fields["change"] > wanted.change:
        raise UnusableSnapshot("it is of a later state than the database")
    if fields["change"] == wanted.change and fields["log_hash"] != wanted.log_hash:
        raise UnusableSnapshot("its past is not that of the database")
    if fields["embedding_version"] != wanted.embedding_version:
        raise UnusableSnapshot("its embeddings are of another model")
    if fields["comparison_version"] != wanted.comparison_version:
        raise UnusableSnapshot("its fingers were prepared for another comparison")
    if fields["quantizer_version"] != wanted.quantizer_version:
        raise UnusableSnapshot("its descriptors are listed by another quantizer")
    if fields.pop("sha256") != digest(fields, content):
        raise UnusableSnapshot("it is damaged: its checksum does not fit")


def digest(fields: Mapping[str, object], content: bytes | memoryview) -> str:
    """Return the SHA-256, hexadecimal, of a header's other fields and the archive."""
    sha256 = hashlib.sha256(json.dumps(fields).encode())
    sha256.update(content)
    return sha256.hexdigest()


def _sync_folder(folder: Path) -> None:
    """Make the folder's new entry survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
