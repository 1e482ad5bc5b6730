"""Is there room for a second index beside the one in use?"""

import shutil
import socket
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from servicekit.process.free_memory import free_memory

from matcher.domain.errors import NoRoomForIndex
from matcher.domain.index_entry import IndexState

_DISK_BYTES_PER_FINGER = 5_000
"""Files of segments and of the snapshot, with what is written anew before the old is removed."""


@dataclass(frozen=True, slots=True)
class RoomForIndex:
    """What an index takes on a machine, and what is free there, bytes.

    machine: its name, or that of the container: what is needed there adds up.
    """

    machine: str
    memory_needed: int
    memory_free: int
    disk_needed: int
    disk_free: int


def room_for(index: IndexState, snapshot_file: Path | None) -> RoomForIndex:
    """Return what another index of this size takes on this machine, and what is free.

    snapshot_file: beside which its files will lie; None if it has none. Asks the file system, so
    it may take long. Raises OSError.
    """
    disk_needed, disk_free = 0, 0
    if snapshot_file is not None:
        disk_needed = index.fingers * _DISK_BYTES_PER_FINGER
        disk_free = shutil.disk_usage(snapshot_file.parent).free
    return RoomForIndex(
        socket.gethostname(), index.size_bytes, free_memory(), disk_needed, disk_free
    )


def require_room(rooms: Iterable[RoomForIndex]) -> None:
    """Raise NoRoomForIndex unless these indexes together fit into memory and on the disks."""
    by_machine = defaultdict[str, list[RoomForIndex]](list)
    for room in rooms:
        by_machine[room.machine].append(room)
    for on_machine in by_machine.values():
        _require(
            "memory",
            sum(each.memory_needed for each in on_machine),
            min(each.memory_free for each in on_machine),
        )
        _require(
            "disk",
            sum(each.disk_needed for each in on_machine),
            min(each.disk_free for each in on_machine),
        )


def _require(what: str, needed: int, free: int) -> None:
    if needed > free:
        raise NoRoomForIndex(
            f"a second index needs {needed} bytes of {what}, {free} are free",
            needed=str(needed),
            free=str(free),
        )
