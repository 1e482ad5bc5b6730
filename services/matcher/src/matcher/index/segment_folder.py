"""Which files of segments lie beside a snapshot, and when are they removed?

Files are written beforehand, and count when a snapshot names them. What the snapshot does not name
is removed, unless a process has it mapped: this one for its next snapshot, or another one, such as
a command beside the service.
"""

import fcntl
import os
import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import structlog

from matcher.index.segment_file import SegmentFacts, SegmentFile, map_segment, remove_unless_in_use

_NAME = re.compile("[0-9a-f]{32}")

_log = structlog.get_logger(__name__)


class SegmentFolder:
    """The folder of the segments of a snapshot. It is made when the first of them is written."""

    def __init__(self, snapshot_file: Path) -> None:
        self.path = snapshot_file.with_name(f"{snapshot_file.name}.segments")
        self._lock_path = snapshot_file.parent

    def new_file(self) -> Path:
        """Return a path that no file has had."""
        self.path.mkdir(mode=0o700, exist_ok=True)
        return self.path / uuid4().hex

    def map(self, facts: Sequence[SegmentFacts]) -> list[SegmentFile]:
        """Map files, unread. Raises OSError, or ValueError for one of another size."""
        return [map_segment(self.path / each.name, each) for each in facts]

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Let no other process name or remove files meanwhile. Raises OSError.

        The folder of the snapshot is locked, which is there before the first segment is.
        """
        descriptor = os.open(self._lock_path, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def remove_others(self, named: Collection[str]) -> None:
        """Remove the segments that are neither among these nor in use. Raises OSError.

        What is no segment by its name is left alone; what cannot be removed is logged.
        """
        if not self.path.exists():
            return
        for path in self.path.iterdir():
            if is_segment_name(path.name) and path.name not in named:
                try:
                    remove_unless_in_use(path)
                except OSError as error:
                    _log.error("segment_not_removed", path=str(path), error=str(error))


def is_segment_name(name: str) -> bool:
    """Return whether a file may be called so that is a segment."""
    return _NAME.fullmatch(name) is not None
