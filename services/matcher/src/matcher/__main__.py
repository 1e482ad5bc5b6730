"""Which commands does the matcher have?"""

import argparse
import asyncio
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NoReturn

from pydantic import ValidationError
from servicekit.process import logs
from servicekit.storage.database import migrate
from sqlalchemy.exc import SQLAlchemyError

from matcher import maintenance
from matcher.bootstrap import serve
from matcher.config import Settings
from matcher.evaluation import command_line as evaluation
from matcher.store.store import MIGRATIONS


def main(arguments: list[str] | None = None) -> None:
    """Run a command; exit with 1 and one line on stderr when it fails."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except ValidationError as error:
        _fail("; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()))
    except SQLAlchemyError as error:
        _fail(f"{str(error).splitlines()[0]} (was `matcher migrate` run?)")
    except (OSError, ValueError) as error:
        _fail(str(error))
    except KeyboardInterrupt:
        sys.exit(130)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="matcher",
        description="National biometric matching. Settings come from PASSPORT_MATCHER_* in the "
        "environment, else from the configuration file.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run, text in (
        ("serve", _serve, "answer calls until SIGTERM"),
        ("migrate", _migrate, "create the database's tables, or bring them up to date"),
        ("rebuild", _rebuild, "compute every embedding and the snapshot again from the templates"),
        (
            "snapshot",
            _snapshot,
            "write a snapshot of the index at the present state of the database",
        ),
        (
            "restored",
            _restored,
            "give the database a new epoch, after it was restored from a backup",
        ),
        ("audit", _audit, "check the chain of decision records for tampering"),
    ):
        command = commands.add_parser(name, help=text, description=f"{text.capitalize()}.")
        command.add_argument("--config", type=Path, metavar="FILE", help="TOML file with settings")
        command.set_defaults(run=partial(_with_settings, run))
    evaluation.add_command(
        commands, candidates=Settings.model_fields["max_persons_compared"].default
    )
    return parser


def _with_settings(run: Callable[[Settings], None], options: argparse.Namespace) -> None:
    settings = Settings.load(options.config)
    logs.configure(settings.log_level)
    run(settings)


def _serve(settings: Settings) -> None:
    asyncio.run(serve(settings))


def _migrate(settings: Settings) -> None:
    from alembic.util.exc import CommandError  # takes half a second, which no other command needs

    try:
        migrate(settings.database_url, MIGRATIONS)
    except CommandError as error:
        _fail(str(error))
    _say("the database is up to date")


def _rebuild(settings: Settings) -> None:
    _say(f"{asyncio.run(maintenance.rebuild(settings))} embeddings were computed")


def _snapshot(settings: Settings) -> None:
    change = asyncio.run(maintenance.save_snapshot(settings))
    _say(f"the snapshot includes all changes up to {change}")


def _restored(settings: Settings) -> None:
    epoch = asyncio.run(maintenance.start_new_epoch(settings)).database_epoch
    _say(f"the epoch of the database is now {epoch}")


def _audit(settings: Settings) -> None:
    broken = asyncio.run(maintenance.first_broken_record(settings))
    if broken is not None:
        _fail(f"the chain of decision records is broken at record {broken}")
    _say("the chain of decision records is unbroken")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _fail(line: str) -> NoReturn:
    sys.stderr.write(f"matcher: {line}\n")
    sys.exit(1)


if __name__ == "__main__":
    main()
