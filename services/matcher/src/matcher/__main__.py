"""Which commands does the matcher have?"""

import argparse
import asyncio
import sys
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

from servicekit.process import logs
from servicekit.process.command_line import add_command, explained_failure, fail_check
from servicekit.storage.backup_command import add_backup_command
from servicekit.storage.database import migrate

from matcher import maintenance
from matcher.at_size import command_line as at_size
from matcher.config import Settings
from matcher.domain.replay import Replay, ReplayResult
from matcher.evaluation import command_line as evaluation
from matcher.importing import command_line as importing
from matcher.model_bundles import load_bundle
from matcher.operator_calibration import command_line as operator_calibration
from matcher.serving import serve
from matcher.store.master_key_file import create_master_key
from matcher.store.store import MIGRATIONS


def main(arguments: list[str] | None = None) -> None:
    """Run a command; exit with 1 when what it checks does not hold, 2 when it cannot be run.

    One line on stderr says why.
    """
    options = _parser().parse_args(arguments)
    with explained_failure("matcher", options.command):
        options.run(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="matcher",
        description="National biometric matching. Settings come from PASSPORT_MATCHER_* in the "
        "environment, else from the configuration file.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
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
        (
            "recount",
            _recount,
            "take the rows of the database as they are, after they were repaired by hand",
        ),
        ("audit", _audit, "check decision records and change log for tampering"),
    ):
        add_command(commands, name, text, partial(_with_settings, run))
    add_backup_command(commands, Settings.load)
    replay = commands.add_parser(
        "replay",
        help="make the decisions of a day again, and compare",
        description="Check the chain of decision records, make the decisions of a day again with "
        "the present models, and tell which do not come out the same, and why. Exits with 1 if a "
        "difference has no explanation.",
    )
    replay.add_argument("--config", type=Path, metavar="FILE", help="TOML file with settings")
    replay.add_argument(
        "--day", type=date.fromisoformat, required=True, help="YYYY-MM-DD, business time in UTC"
    )
    replay.set_defaults(run=_replay)
    new_key = commands.add_parser(
        "new-master-key",
        help="make a master key for the encryption of biometric data",
        description="Write a new master key into a file of mode 0600. Keep a copy of it apart from "
        "the database: without it no stored finger can be read again.",
    )
    new_key.add_argument("file", type=Path, metavar="FILE", help="file that does not exist yet")
    new_key.add_argument(
        "--token",
        metavar="URI",
        help="encrypt the file by the AES key at this PKCS#11 URI, that of master_key_token",
    )
    new_key.add_argument(
        "--from",
        dest="existing",
        type=Path,
        metavar="OLD",
        help="take the master key that this file holds in clear rather than a new one",
    )
    new_key.set_defaults(
        run=lambda options: create_master_key(options.file, options.token, options.existing)
    )
    evaluation.add_command(
        commands,
        candidates=Settings.model_fields["max_persons_compared"].default,
        make_at_size=at_size.make_at_size,
        cache=at_size.default_cache(),
        load_models=load_bundle,
    )
    at_size.add_command(commands)
    operator_calibration.add_command(commands, load_bundle)
    importing.add_command(
        commands, max_message_bytes=Settings.model_fields["max_message_bytes"].default
    )
    return parser


def _with_settings(run: Callable[[Settings], None], options: argparse.Namespace) -> None:
    settings = Settings.load(options.config)
    logs.configure(settings.log_level)
    run(settings)


def _serve(settings: Settings) -> None:
    asyncio.run(serve(settings))


def _migrate(settings: Settings) -> None:
    migrate(settings.database_url, MIGRATIONS)
    if encrypted := asyncio.run(maintenance.encrypt_stored(settings)):
        _say(f"{encrypted} encounters were encrypted")
    _say("the database is up to date")


def _rebuild(settings: Settings) -> None:
    _say(f"{asyncio.run(maintenance.rebuild(settings))} embeddings were computed")


def _snapshot(settings: Settings) -> None:
    change = asyncio.run(maintenance.save_snapshot(settings))
    _say(f"the snapshot includes all changes up to {change}")


def _restored(settings: Settings) -> None:
    epoch = asyncio.run(maintenance.start_new_epoch(settings)).database_epoch
    _say(f"the epoch of the database is now {epoch}")


def _recount(settings: Settings) -> None:
    _say(f"the database holds {asyncio.run(maintenance.recount(settings))}")


def _audit(settings: Settings) -> None:
    if broken := asyncio.run(maintenance.find_break(settings)):
        fail_check("matcher", broken)
    _say("the chains of decision records and changes are unbroken")


def _replay(options: argparse.Namespace) -> None:
    settings = Settings.load(options.config)
    logs.configure(settings.log_level)
    try:
        results = asyncio.run(maintenance.replay(settings, options.day, _report))
    except maintenance.BrokenChain as broken:
        fail_check("matcher", str(broken))
    counts = ", ".join(f"{count} {result}" for result, count in sorted(results.items()))
    _say(f"{results.total()} decisions" + (f": {counts}" if counts else ""))
    if results[ReplayResult.DIFFERENT]:
        fail_check("matcher", "decisions came out differently, and no later change explains it")


def _report(replay: Replay) -> None:
    if replay.result is not ReplayResult.SAME:
        _say(f"{replay.decision_id} {replay.result}: {replay.detail}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
