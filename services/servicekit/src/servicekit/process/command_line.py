"""Which commands does every service have, and how does a command fail?

With one line on stderr that says why, and status 2; 1 if it ran, and what it checked does not hold.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from servicekit.errors import DatabaseFailure, DomainError

Run = Callable[[argparse.Namespace], None]

_DOES_NOT_HOLD = 1
_CANNOT_BE_RUN = 2
_INTERRUPTED = 130


def add_command(commands: Any, name: str, text: str, run: Run) -> argparse.ArgumentParser:
    """Add a command that reads settings: `run` finds their file in `options.config`, or None.

    commands: argparse's subcommands. text: what it does, a sentence without capital and full stop.
    """
    description = f"{text[0].upper()}{text[1:]}."
    command: argparse.ArgumentParser = commands.add_parser(name, help=text, description=description)
    command.add_argument(
        "--config", type=Path, metavar="FILE", help="TOML file with settings; the environment "
        "overrides it (default: the environment only)",
    )  # fmt: skip
    command.set_defaults(run=run)
    return command


def fail_check(program: str, reason: str) -> NoReturn:
    """Exit because what a command checked does not hold. program: as on the command line."""
    sys.stderr.write(f"{program}: {reason}\n")
    sys.exit(_DOES_NOT_HOLD)


@contextmanager
def explained_failure(program: str, command: str) -> Iterator[None]:
    """Exit if the block raises what whoever runs a command can mend: a file, a setting, a database.

    program, command: as on the command line, for instance ``issuance`` and ``serve``. Any other
    exception is a fault of the program and passes.
    """
    try:
        yield
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    except Exception as error:
        reason = _reason(error, program)
        if reason is None:
            raise
        line = "".join(each if each.isprintable() else " " for each in reason)
        sys.stderr.write(f"{program} {command}: {line}\n")
        sys.exit(_CANNOT_BE_RUN)


def _reason(error: Exception, program: str) -> str | None:
    # Imported here, since most commands do not fail, and some need neither.
    from pydantic import ValidationError
    from sqlalchemy.exc import SQLAlchemyError

    match error:
        case ValidationError():
            faults = error.errors(include_input=False)
            return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in faults)
        case SQLAlchemyError():
            return f"{_first_line(error)} (was `{program} migrate` run?)"
        case DatabaseFailure():
            return f"{error}: {_first_line(error.__cause__)}" if error.__cause__ else str(error)
        case OSError() | ValueError() | DomainError():
            return str(error) or type(error).__name__
    return None


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0] or type(error).__name__
