"""Where are the snapshots of bundles and shards, and which are of no use any more?"""

import re
from collections.abc import Collection, Iterator
from pathlib import Path

import structlog

from matcher.domain.model_bundle import PACKAGED
from matcher.domain.person_part import PersonPart
from matcher.index import snapshot

_BUNDLE_MARK = ".bundle-"
_SHARD = re.compile("[0-9]+-of-[0-9]+")

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


def shard_snapshot_file(snapshot_file: Path, part: PersonPart) -> Path:
    """Return the file for snapshots of the index of some persons: in a folder of its own.

    Makes the folder, but for everybody, whose file this is. Raises OSError.
    """
    if part.is_whole:
        return snapshot_file
    folder = snapshot_file.with_name(f"{snapshot_file.name}.{part}")
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / snapshot_file.name


def remove_unused(snapshot_file: Path, in_use: Collection[str], shards: int) -> bool:
    """Remove the snapshots of other bundles, and of another number of shards.

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
            is_clean = _remove(folder / snapshot_file.name, but_of=shards) and is_clean
    return is_clean


def _folder(snapshot_file: Path, bundle: str) -> Path:
    return snapshot_file.with_name(f"{snapshot_file.name}{_BUNDLE_MARK}{bundle}")


def _remove(snapshot_file: Path, but_of: int | None = None) -> bool:
    """Remove the snapshots in one piece and in shards, but those of this number of shards."""
    is_clean = but_of == 1 or snapshot.remove(snapshot_file)
    for folder in [*_shards(snapshot_file)]:
        if but_of is None or not folder.name.endswith(f"-of-{but_of}"):
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


def _shards(snapshot_file: Path) -> Iterator[Path]:
    start = f"{snapshot_file.name}."
    for folder in snapshot_file.parent.glob(f"{start}*"):
        if _SHARD.fullmatch(folder.name.removeprefix(start)):
            yield folder
