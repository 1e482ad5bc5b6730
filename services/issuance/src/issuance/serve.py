"""The subcommands `issuance serve` and `issuance migrate`."""

import argparse
import asyncio
import gc
import sys
from pathlib import Path

from pydantic import ValidationError
from servicekit.storage.database import migrate

from issuance.bootstrap import Issuance
from issuance.config import IssuanceSettings
from issuance.store.records import MIGRATIONS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of both subcommands."""
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="TOML; the environment overrides it"
    )


def serve(args: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT. Returns 0, or 2 with the reason on stderr."""
    try:
        service = Issuance(IssuanceSettings.load(args.config))
    except (OSError, ValueError) as error:
        return _refuse("serve", error)
    # What exists by now lives as long as the process. The collector would look at all of it again
    # while an office is planned, which makes tens of thousands of objects.
    gc.collect()
    gc.freeze()
    asyncio.run(service.serve())
    return 0


def migrate_database(args: argparse.Namespace) -> int:
    """Migrate the database to the newest schema. Returns 0, or 2 with the reason on stderr."""
    try:
        migrate(IssuanceSettings.load(args.config).database_url, MIGRATIONS)
    except (OSError, ValueError) as error:
        return _refuse("migrate", error)
    return 0


def _refuse(command: str, error: Exception) -> int:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        error = ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}")
    print(f"issuance {command}: {error}".replace("\n", " "), file=sys.stderr)
    return 2
