"""Which services of a running country does somebody want stopped, as `systemctl stop` does?

A file for each says so, in the country's folder: `stop` is asked, `stopped` answered, `start` is
asked, and the file is gone once the service serves again.
"""

from pathlib import Path
from time import monotonic, sleep

_WITHIN_SECONDS = 900.0
_POLL_SECONDS = 0.1


class NotAnswered(OSError):
    """No running country did what was asked."""


class StoppedServices:
    """What is asked of the country in a folder, and how it answers."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def asked(self, service: str) -> str:
        """Return what was asked or answered last; empty if nothing."""
        try:
            return _file(self._root, service).read_text()
        except FileNotFoundError:
            return ""

    def is_stopped(self, service: str) -> None:
        """Answer that a service has ended."""
        _file(self._root, service).write_text("stopped")

    def serves(self, service: str) -> None:
        """Answer that a service serves again."""
        _file(self._root, service).unlink()


def stop(root: Path, service: str, within: float = _WITHIN_SECONDS) -> None:
    """Have a service stopped until `start`; return when it has ended. Raises NotAnswered."""
    if not root.is_dir():
        raise NotAnswered(f"no country runs in {root}")
    _file(root, service).write_text("stop")
    _wait(root, service, "stopped", within)


def start(root: Path, service: str, within: float = _WITHIN_SECONDS) -> None:
    """Have a stopped service started; return when it serves. Raises NotAnswered."""
    _file(root, service).write_text("start")
    _wait(root, service, "", within)


def _wait(root: Path, service: str, answer: str, within: float) -> None:
    country, deadline = StoppedServices(root), monotonic() + within
    while country.asked(service) != answer:
        if monotonic() > deadline:
            _file(root, service).unlink(missing_ok=True)
            raise NotAnswered(
                f"no country runs in {root}, or {service} does not {answer or 'start'}"
            )
        sleep(_POLL_SECONDS)


def _file(root: Path, service: str) -> Path:
    return root / f"{service}.asked"
