"""Work that was set aside is not read whenever a worker looks for what is due."""

from pathlib import Path
from typing import Any

from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.store.records import MIGRATIONS, Store
from servicekit.storage.database import Database, migrate
from sqlalchemy import event

from .local_time import banjarmasin
from .patient import PATIENT


async def test_what_is_due_is_read_in_its_order_without_what_was_refused(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/plans.sqlite"
    migrate(url, MIGRATIONS)
    database = Database(url)
    executed: list[tuple[str, Any]] = []
    event.listen(
        database.engine.sync_engine,
        "before_cursor_execute",
        lambda _connection, _cursor, statement, given, *_: executed.append((statement, given)),
    )

    async with Store(database, "one", PATIENT).read() as records:
        await records.outbox.next_of_each_office(
            OutboxTaskKind.IDENTIFY, banjarmasin("2018-10-26 09:00")
        )
    (statement, given) = next(each for each in executed if "outbox" in each[0])
    async with database.read() as connection:
        plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
        steps = [row.detail for row in plan]
    await database.close()

    assert any("outbox_to_attempt (kind=? AND office=?)" in step for step in steps)
    assert not [step for step in steps if "TEMP B-TREE" in step]
