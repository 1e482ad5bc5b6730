"""How does a command fail? With status 2, and one line on stderr that says why."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from servicekit.errors import DatabaseFailure, DomainError

_CANNOT_BE_RUN = 2
_INTERRUPTED = 130


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
            return str(error)
    return None


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0]
