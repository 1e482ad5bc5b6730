"""How do changed files take effect without a restart? Whoever needs their content asks again."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

import structlog

Content = TypeVar("Content")

_log = structlog.get_logger(__name__)


class ReloadedFiles(Generic[Content]):
    """What is made of some files in their last valid state; may be used by several threads.

    load: makes it, given the paths; raises OSError or ValueError if the files cannot be used, which
    is raised when constructing too.
    """

    def __init__(self, load: Callable[..., Content], *paths: Path) -> None:
        self._load = load
        self._paths = paths
        self._lock = threading.Lock()
        self._version = _version(paths)
        self._content = load(*paths)

    def current(self) -> Content:
        """Return the content; makes it again if a file was changed or replaced.

        If the files cannot be used now, a warning is logged, and the content remains.
        """
        with self._lock:
            version = _version(self._paths)
            if version != self._version:
                self._version = version
                self._reload()
            return self._content

    def _reload(self) -> None:
        names = [str(path) for path in self._paths]
        try:
            self._content = self._load(*self._paths)
        except (OSError, ValueError) as error:
            _log.warning("files_not_reloaded", files=names, error=str(error))
        else:
            _log.info("files_reloaded", files=names)


def _version(paths: tuple[Path, ...]) -> list[tuple[int, ...]]:
    return [_version_of_one(path) for path in paths]


def _version_of_one(path: Path) -> tuple[int, ...]:
    try:
        status = path.stat()
    except OSError:
        return ()
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
