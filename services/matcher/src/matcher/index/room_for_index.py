"""Is there room for a second index beside the one in use?"""

import shutil
from pathlib import Path

from servicekit.process.free_memory import free_memory

from matcher.domain.errors import NoRoomForIndex
from matcher.domain.index_entry import IndexState

_DISK_BYTES_PER_FINGER = 5_000
"""Files of segments and of the snapshot, with what is written anew before the old is removed."""


def require_room(index: IndexState, snapshot_file: Path | None) -> None:
    """Raise NoRoomForIndex unless another index of this size fits into memory and on the disk.

    snapshot_file: beside which its files will lie; None if it has none.
    """
    _require("memory", index.size_bytes, free_memory())
    if snapshot_file is not None:
        free = shutil.disk_usage(snapshot_file.parent).free
        _require("disk", index.fingers * _DISK_BYTES_PER_FINGER, free)


def _require(what: str, needed: int, free: int) -> None:
    if needed > free:
        raise NoRoomForIndex(
            f"a second index needs {needed} bytes of {what}, {free} are free",
            needed=str(needed),
            free=str(free),
        )
