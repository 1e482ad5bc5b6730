"""Which command copies the database of a service?"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from servicekit.process.command_line import add_command

if TYPE_CHECKING:
    from servicekit.process.settings import ServiceSettings


def add_backup_command(commands: Any, load: Callable[[Path | None], "ServiceSettings"]) -> None:
    """Add the command that copies a SQLite database. load: returns the service's settings."""

    def run(options: argparse.Namespace) -> None:
        from servicekit.storage.backup import back_up

        size = back_up(load(options.config).database_url, options.to)
        sys.stdout.write(f"{options.to} has {size} bytes\n")

    text = "copy a SQLite database, as it is at one moment, to a new file while the service runs"
    command = add_command(commands, "backup", text, run)
    command.add_argument(
        "--to", type=Path, metavar="FILE", required=True, help="file that does not exist yet"
    )
