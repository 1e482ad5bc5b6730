"""The subcommands on the service and its database: serve, migrate, backup, restored."""

import argparse
import asyncio
import gc
import sys
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError
from servicekit.process.clock import make_clock
from servicekit.storage.backup import back_up
from servicekit.storage.database import Database, migrate

from issuance.bootstrap.process import Issuance
from issuance.config import IssuanceSettings
from issuance.domain.office import UnknownOffice
from issuance.store.records import MIGRATIONS, Store
from issuance.use_cases.restored import notice_restore


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the argument that all these subcommands have."""
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="TOML; the environment overrides it"
    )


def collect_garbage_seldom() -> None:
    """Let the garbage collector leave alone what exists, and run after 50,000 new objects.

    While an office is planned tens of thousands of objects are made, none of them in a cycle. The
    collector would look at them at each 700, which takes a tenth of the planner's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)


def serve(args: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT. Returns 0, or 2 with the reason on stderr."""
    try:
        service = Issuance(IssuanceSettings.load(args.config))
    except (OSError, ValueError) as error:
        return _refuse("serve", error)
    collect_garbage_seldom()
    asyncio.run(service.serve())
    return 0


def migrate_database(args: argparse.Namespace) -> int:
    """Migrate the database to the newest schema. Returns 0, or 2 with the reason on stderr."""
    try:
        migrate(IssuanceSettings.load(args.config).database_url, MIGRATIONS)
    except (OSError, ValueError) as error:
        return _refuse("migrate", error)
    return 0


def add_backup_target(parser: argparse.ArgumentParser) -> None:
    """Add the argument of `backup`: where the copy is written."""
    parser.add_argument(
        "--to", type=Path, metavar="FILE", required=True, help="file that does not exist yet"
    )


def back_up_database(args: argparse.Namespace) -> int:
    """Copy the database to a new file. Returns 0, or 2 with the reason on stderr."""
    try:
        size = back_up(IssuanceSettings.load(args.config).database_url, args.to)
    except (OSError, ValueError) as error:
        return _refuse("backup", error)
    print(f"{args.to} has {size} bytes")
    return 0


def add_offices(parser: argparse.ArgumentParser) -> None:
    """Add the argument of `restored`: whose printers were restored too."""
    parser.add_argument(
        "--office",
        action="append",
        required=True,
        help="id of an office whose printer's database was restored too; may be repeated",
    )


def restored(args: argparse.Namespace) -> int:
    """Record a restore together with printers. Returns 0, or 2 with the reason on stderr."""
    try:
        settings = IssuanceSettings.load(args.config)
        migrate(settings.database_url, MIGRATIONS)
        asyncio.run(_notice_restore(settings, args.office))
    except (OSError, ValueError, UnknownOffice) as error:
        return _refuse("restored", error)
    return 0


async def _notice_restore(settings: IssuanceSettings, offices: Sequence[str]) -> None:
    database = Database(settings.database_url)
    try:
        async with Store(database, settings.replica).begin() as records:
            await notice_restore(records, offices, make_clock(settings).now())
    finally:
        await database.close()


def _refuse(command: str, error: Exception) -> int:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        error = ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}")
    print(f"issuance {command}: {error}".replace("\n", " "), file=sys.stderr)
    return 2
