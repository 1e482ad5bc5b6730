"""Which files of segments lie beside a snapshot, and when are they removed?

Files are written beforehand, and count when a snapshot names them. What the snapshot does not name
is removed, unless a process has it mapped: this one for its next snapshot, or another one, such as
a command beside the service.
"""

import fcntl
import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from matcher.index.segment_file import SegmentFacts, SegmentFile, map_segment, remove_unless_in_use


class SegmentFolder:
    """The folder of the segments of a snapshot. It is made when the first of them is written."""

    def __init__(self, snapshot_file: Path) -> None:
        self.path = snapshot_file.with_name(f"{snapshot_file.name}.segments")

    def new_file(self) -> Path:
        """Return a path that no file has had."""
        self.path.mkdir(mode=0o700, exist_ok=True)
        return self.path / uuid4().hex

    def map(self, facts: Sequence[SegmentFacts]) -> list[SegmentFile]:
        """Map files, unread. Raises OSError, or ValueError for one of another size."""
        return [map_segment(self.path / each.name, each) for each in facts]

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Let no other process name or remove files meanwhile, if there are any. Raises OSError."""
        if not self.path.exists():
            yield
            return
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def remove_others(self, named: Collection[str]) -> None:
        """Remove the files that are neither among these nor in use. Raises OSError."""
        if self.path.exists():
            for path in self.path.iterdir():
                if path.name not in named:
                    remove_unless_in_use(path)
