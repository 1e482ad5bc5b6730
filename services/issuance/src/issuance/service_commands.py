"""The commands on the service and its database: serve, migrate, restored."""

import argparse
import asyncio
import gc
from collections.abc import Sequence

from servicekit.process.clock import make_clock
from servicekit.storage import database

from issuance.bootstrap.process import Issuance
from issuance.config import IssuanceSettings
from issuance.store.records import MIGRATIONS, Store
from issuance.use_cases.restored import notice_restore


def collect_garbage_seldom() -> None:
    """Let the garbage collector leave alone what exists, and run after 50,000 new objects.

    While an office is planned tens of thousands of objects are made, none of them in a cycle. The
    collector would look at them at each 700, which takes a tenth of the planner's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)


def serve(options: argparse.Namespace) -> None:
    """Serve until SIGTERM or SIGINT."""
    service = Issuance(IssuanceSettings.load(options.config))
    collect_garbage_seldom()
    asyncio.run(service.serve())


def migrate(options: argparse.Namespace) -> None:
    """Migrate the database to the newest schema."""
    database.migrate(IssuanceSettings.load(options.config).database_url, MIGRATIONS)


def add_offices(parser: argparse.ArgumentParser) -> None:
    """Add the argument of `restored`: whose printers were restored too."""
    parser.add_argument(
        "--office",
        action="append",
        required=True,
        help="id of an office whose printer's database was restored too; may be repeated",
    )


def restored(options: argparse.Namespace) -> None:
    """Record a restore together with printers."""
    settings = IssuanceSettings.load(options.config)
    database.migrate(settings.database_url, MIGRATIONS)
    asyncio.run(_notice_restore(settings, options.office))


async def _notice_restore(settings: IssuanceSettings, offices: Sequence[str]) -> None:
    opened = database.Database(settings.database_url)
    try:
        async with Store(opened, settings.replica).begin() as records:
            await notice_restore(records, offices, make_clock(settings).now())
    finally:
        await opened.close()
