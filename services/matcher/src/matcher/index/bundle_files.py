"""Where are the snapshots of bundles and shards, and which are of no use any more?"""

import re
from collections.abc import Collection, Iterator
from pathlib import Path

import structlog

from matcher.domain.model_bundle import PACKAGED
from matcher.domain.person_part import PersonPart
from matcher.index import snapshot

_BUNDLE_MARK = ".bundle-"
_SHARD = re.compile(r"[0-9]+-of-([0-9]+)(?:\.replica-([0-9]+))?")

_log = structlog.get_logger(__name__)


def bundle_snapshot_file(snapshot_file: Path, bundle: str) -> Path:
    """Return the file for snapshots of the index of a bundle: in a folder of its own.

    Makes the folder, but for the packaged bundle, whose file is the one of the settings. Raises
    OSError.
    """
    if bundle == PACKAGED:
        return snapshot_file
    folder = _folder(snapshot_file, bundle)
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / snapshot_file.name


def shard_snapshot_file(snapshot_file: Path, part: PersonPart, replica: int = 1) -> Path:
    """Return the file for snapshots of the index of some persons: in a folder of its own.

    Makes the folder, but for the first replica of everybody, whose file this is. replica: of the
    shard, from 1: of those on one machine each removes the segments that it does not use. Raises
    OSError.
    """
    if part.is_whole and replica == 1:
        return snapshot_file
    name = f"{part.number + 1}-of-{part.parts}"
    if replica > 1:
        name += f".replica-{replica}"
    folder = snapshot_file.with_name(f"{snapshot_file.name}.{name}")
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / snapshot_file.name


def remove_unused(
    snapshot_file: Path, in_use: Collection[str], shards: int, replicas: int = 1
) -> bool:
    """Remove the snapshots of other bundles, of another number of shards, and of more replicas.

    Nobody would remove deleted people from them. Returns whether all are gone: segments that a
    process still has mapped stay, with a line in the log.
    """
    is_clean = True
    if PACKAGED not in in_use:
        is_clean = _remove(snapshot_file)
    start = _folder(snapshot_file, "").name
    for folder in snapshot_file.parent.glob(f"{start}*"):
        if folder.name.removeprefix(start) not in in_use:
            is_clean = _remove(folder / snapshot_file.name) and _remove_folder(folder) and is_clean
    for bundle in in_use:
        folder = snapshot_file.parent if bundle == PACKAGED else _folder(snapshot_file, bundle)
        if folder.exists():
            file = folder / snapshot_file.name
            is_clean = _remove(file, but_of=shards, replicas=replicas) and is_clean
    return is_clean


def _folder(snapshot_file: Path, bundle: str) -> Path:
    return snapshot_file.with_name(f"{snapshot_file.name}{_BUNDLE_MARK}{bundle}")


def _remove(snapshot_file: Path, but_of: int | None = None, replicas: int = 1) -> bool:
    """Remove the snapshots in one piece and in shards, but those of this number of shards."""
    is_clean = but_of == 1 or snapshot.remove(snapshot_file)
    for folder, shards, replica in [*_shards(snapshot_file)]:
        if shards != but_of or replica > replicas:
            is_removed = snapshot.remove(folder / snapshot_file.name) and _remove_folder(folder)
            is_clean = is_removed and is_clean
    return is_clean


def _remove_folder(folder: Path) -> bool:
    try:
        folder.rmdir()
    except OSError as error:  # something else lies in it
        _log.warning("folder_not_removed", path=str(folder), error=str(error))
        return False
    return True


def _shards(snapshot_file: Path) -> Iterator[tuple[Path, int, int]]:
    """Yield the folder of each shard, of how many it is one, and the number of its replica."""
    start = f"{snapshot_file.name}."
    for folder in snapshot_file.parent.glob(f"{start}*"):
        if shard := _SHARD.fullmatch(folder.name.removeprefix(start)):
            yield folder, int(shard[1]), int(shard[2] or 1)
