"""How is the index saved in a file, so that a start need not read the whole database?

A line of JSON (the header, with the SHA-256 of itself and the rest), then parts: columns of some
hundred encounters each, with their fingers, or where these lie in the files of segments that the
header names. It is written and read part by part, so it takes no memory to speak of. A file that is
not exactly what was written, for exactly this database and these models, is not used at all.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO
from uuid import uuid4

import structlog
from servicekit.process.failpoint import failpoint

from matcher.domain.change_token import ChangeToken
from matcher.domain.index_entry import SnapshotFacts
from matcher.index.frozen_index import FrozenIndex
from matcher.index.index_columns import EncounterColumns
from matcher.index.memory_index import MemoryIndex
from matcher.index.segment_file import SegmentFile, check_segment
from matcher.index.segment_folder import SegmentFolder
from matcher.index.snapshot_columns import LENGTHS_BYTES, part_bytes, part_of, pieces_of
from matcher.index.snapshot_segments import (
    FileNumbers,
    facts_of,
    named_files,
    renumbered,
    require_rows,
    stored_facts,
    use_files,
)

_FORMAT = "matcher-index-11"
_HEADER_LIMIT = 1 << 20
"""Longest header that is read, bytes."""
_NO_DIGEST = "0" * 64
"""Stands in a draft until all of it is written: a file that was cut off has no checksum."""
_PIECE_BYTES = 1 << 20
_DAMAGED = ValueError, KeyError, TypeError, OverflowError, RecursionError
"""What a header or a part raises that is not what was written."""

_log = structlog.get_logger(__name__)


class UnusableSnapshot(Exception):
    """There is no snapshot that can be used; the message is the reason."""


@dataclass(frozen=True, slots=True)
class SnapshotHeader:
    """Which state of which database a snapshot holds, and for which models.

    change, log_hash: of the last change it includes, as in its change token. part: which part of
    all persons it holds; empty if all.
    """

    database_epoch: str
    change: int
    log_hash: str
    embedding_version: str
    comparison_version: str
    quantizer_version: str
    part: str = ""


def _always() -> bool:
    return True


def write(
    path: Path,
    header: SnapshotHeader,
    frozen: FrozenIndex,
    is_wanted: Callable[[], bool] = _always,
) -> None:
    """Replace the snapshot by another, whole or not at all. Raises OSError.

    One of a later change, which a faster process wrote meanwhile, stays, as does the last one if
    the new one is not wanted any more when it is written. Files of segments that it does not name,
    and that nobody has mapped, are removed then.
    """
    files, places = named_files(frozen)
    fields: dict[str, object] = {"format": _FORMAT, "encounters": len(frozen), **asdict(header)}
    fields["segments"] = stored_facts(files)
    for left_over in path.parent.glob(f".{path.name}.*"):
        left_over.unlink(missing_ok=True)  # of a process that was killed, or that is slower
    draft = path.with_name(f".{path.name}.{uuid4().hex}")
    folder = SegmentFolder(path)
    try:
        _write_draft(draft, fields, frozen, places)
        if files:
            _sync_folder(folder.path)
        with folder.locked():
            if not is_wanted() or _is_later(path, header):
                return
            failpoint("matcher.snapshot.before_rename")
            draft.replace(path)
            _sync_folder(path.parent)
            failpoint("matcher.snapshot.after_rename")
            folder.remove_others({file.facts.name for file in files})
    finally:
        draft.unlink(missing_ok=True)


def _write_draft(
    draft: Path, fields: Mapping[str, object], frozen: FrozenIndex, places: FileNumbers
) -> None:
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        sha256 = _digest_of_fields(fields)
        file.write(_header_line(fields, _NO_DIGEST))
        for part in frozen.parts(frozen.files):
            for piece in pieces_of(renumbered(part, places)):
                sha256.update(piece)
                file.write(piece)
            file.flush()
            failpoint("matcher.snapshot.half_written")
        file.seek(0)
        file.write(_header_line(fields, sha256.hexdigest()))
        file.flush()
        os.fsync(file.fileno())


def _is_later(path: Path, header: SnapshotHeader) -> bool:
    """Return whether a snapshot is of a later change of this database, and for these models."""
    try:
        fields = _fields_of(path)
        if not _is_of_this_format(fields):
            return False
        there = SnapshotHeader(**{name: fields[name] for name in asdict(header)})
        later = replace(header, change=there.change, log_hash=there.log_hash)
        return there == later and there.change > header.change
    except (FileNotFoundError, *_DAMAGED):
        return False


def remove_unnamed_segments(path: Path) -> None:
    """Remove files of segments that the snapshot, if there is one, does not name. Raises OSError.

    Those of a snapshot of another format stay.
    """
    folder = SegmentFolder(path)
    with folder.locked():
        try:
            fields = _fields_of(path)
            if not _is_of_this_format(fields):
                return
            named = {each.name for each in facts_of(fields["segments"])}
        except (FileNotFoundError, *_DAMAGED):
            named = set()
        folder.remove_others(named)


def remove(path: Path) -> bool:
    """Remove a snapshot, and its segments unless they are in use; return whether all is gone.

    What cannot be removed is logged.
    """
    folder = SegmentFolder(path)
    try:
        with folder.locked():
            for each in (path, *path.parent.glob(f".{path.name}.*")):
                each.unlink(missing_ok=True)
            folder.remove_others(())
            if folder.path.exists():
                folder.path.rmdir()
    except OSError as error:  # also if segments are still in use
        _log.info("snapshot_not_removed", path=str(path), error=str(error))
        return False
    return True


def describe(path: Path) -> SnapshotFacts:
    """Return what the header of a snapshot says, unchecked, and its size with its segments.

    Raises UnusableSnapshot if there is no header.
    """
    try:
        fields = _fields_of(path)
        if not _is_of_this_format(fields):
            raise UnusableSnapshot("it is of another format")
        state = ChangeToken(fields["database_epoch"], int(fields["change"]), fields["log_hash"])
        sizes = [each.size_bytes for each in facts_of(fields["segments"])]
        return SnapshotFacts(state, int(fields["encounters"]), path.stat().st_size + sum(sizes))
    except FileNotFoundError:
        raise UnusableSnapshot("there is none") from None
    except (OSError, *_DAMAGED) as error:
        raise UnusableSnapshot(f"it is damaged: {error}") from error


def read(path: Path, wanted: SnapshotHeader) -> MemoryIndex:
    """Return the index that a snapshot holds, at its state of the database.

    wanted: the latest state that may be read. Raises UnusableSnapshot for a later one, for one of
    another database or other models, and for anything that is no whole snapshot.
    """
    if not path.exists():
        raise UnusableSnapshot("there is none")
    try:
        with _opened(path) as (file, fields, segments):
            start = file.tell()
            _check(fields, file, wanted)
            file.seek(start)
            token = ChangeToken(wanted.database_epoch, int(fields["change"]), fields["log_hash"])
            index = MemoryIndex(token)
            for segment in segments:
                check_segment(segment)
            numbers = use_files(index, segments)
            for part in _parts(file):
                require_rows(part, segments)
                index.add(renumbered(part, numbers))
    except (OSError, *_DAMAGED) as error:
        raise UnusableSnapshot(f"it is damaged: {error}") from error
    if index.contents.sums.encounters != fields["encounters"]:
        raise UnusableSnapshot("it is damaged: its count does not fit")
    return index


@contextmanager
def _opened(path: Path) -> Iterator[tuple[BinaryIO, Any, list[SegmentFile]]]:
    """Open a snapshot, and map its segments; yield it, its header, which was read, and these.

    Segments that no snapshot names are removed.
    """
    folder = SegmentFolder(path)
    with ExitStack() as stack:
        with folder.locked():
            file = stack.enter_context(path.open("rb"))
            fields = _header(file)
            segments = []
            if _is_of_this_format(fields):
                facts = facts_of(fields["segments"])
                folder.remove_others({each.name for each in facts})
                segments = folder.map(facts)
        yield file, fields, segments


def _fields_of(path: Path) -> Any:
    with path.open("rb") as file:
        return _header(file)


def _header(file: BinaryIO) -> Any:
    return json.loads(file.readline(_HEADER_LIMIT))


def _is_of_this_format(fields: Any) -> bool:
    return isinstance(fields, dict) and fields.get("format") == _FORMAT


def _parts(file: BinaryIO) -> Iterator[EncounterColumns]:
    while lengths := file.read(LENGTHS_BYTES):
        yield part_of(lengths, file.read(part_bytes(lengths)))


def _check(fields: Any, content: BinaryIO, wanted: SnapshotHeader) -> None:
    if not _is_of_this_format(fields):
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
    if fields["part"] != wanted.part:
        raise UnusableSnapshot("it holds other persons: the number of shards was changed")
    if fields.pop("sha256") != digest(fields, content):
        raise UnusableSnapshot("it is damaged: its checksum does not fit")


def digest(fields: Mapping[str, object], content: BinaryIO) -> str:
    """Return the SHA-256, hexadecimal, of a header's other fields and the rest of the file."""
    sha256 = _digest_of_fields(fields)
    while piece := content.read(_PIECE_BYTES):
        sha256.update(piece)
    return sha256.hexdigest()


def _digest_of_fields(fields: Mapping[str, object]) -> "hashlib._Hash":
    return hashlib.sha256(json.dumps(fields).encode())


def _header_line(fields: Mapping[str, object], sha256: str) -> bytes:
    return json.dumps({**fields, "sha256": sha256}).encode() + b"\n"


def _sync_folder(folder: Path) -> None:
    """Make the folder's new entries survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
