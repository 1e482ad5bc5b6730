"""In which epoch is the database: since when may its history differ from what others have seen?

SQLite: the id that `matcher restored` writes. PostgreSQL: that id, the system identifier and the
timeline, which a promotion and a recovery to a point in time increase. The timeline is in the
control file: that of the last checkpoint, or until the first checkpoint after a promotion that
of the end of recovery.
"""

from typing import Any

from sqlalchemy import String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from matcher.store.tables import head

_POSTGRESQL = """left(encode(sha256(convert_to(concat_ws(':', {id},
    (SELECT system_identifier FROM pg_control_system()),
    greatest((SELECT timeline_id FROM pg_control_checkpoint()),
             (SELECT min_recovery_end_timeline FROM pg_control_recovery()))
), 'UTF8')), 'hex'), 32)"""


class _Epoch(FunctionElement[str]):
    """The epoch as an expression over the written id."""

    type = String(32)
    inherit_cache = True


database_epoch = _Epoch(head.c.database_epoch)
"""The epoch of the database, 32 hexadecimal digits: an expression over table `head`."""


@compiles(_Epoch)
def _written_id(epoch: _Epoch, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(epoch.clauses, **options)


@compiles(_Epoch, "postgresql")
def _with_timeline(epoch: _Epoch, compiler: SQLCompiler, **options: Any) -> str:
    return _POSTGRESQL.format(id=compiler.process(epoch.clauses, **options))
