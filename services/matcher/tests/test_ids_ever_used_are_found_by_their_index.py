"""Whether an id was ever used is read by the partial index, whatever plan PostgreSQL keeps."""

from pathlib import Path
from typing import Any

from sqlalchemy import event

from .store_and_index import enrol, opened


async def test_what_the_index_is_limited_to_is_no_parameter(tmp_path: Path) -> None:
    executed = list[tuple[str, Any]]()

    def note(_connection: Any, _cursor: Any, statement: str, given: Any, *_: Any) -> None:
        executed.append((statement, given))

    async with opened(tmp_path) as base:
        await enrol(base, 1)
        event.listen(base.database.engine.sync_engine, "before_cursor_execute", note)
        async with base.store.read() as records:
            used = await records.encounters.request_digests({"encounter-1", "encounter-2"})
            is_changed = await records.changes.earlier_changed_after(0)

    assert used == {"encounter-1": b"digest"}
    assert not is_changed
    limited = [(statement, given) for statement, given in executed if "kind" in statement]
    assert len(limited) == 2
    for statement, given in limited:
        assert "changes.kind = 'ADDED'" in statement
        assert "ADDED" not in given
