from pathlib import Path

import pytest
from printer.domain.attribution import PRINTER_SERVICE, Attribution
from printer.store.dispatch_epoch import begin_dispatch_epoch
from printer.store.records import MIGRATIONS, Store
from servicekit.storage.database import Database, migrate

from ..use_cases.scripted_machine import NOON  # noqa: TID252

BY = Attribution(PRINTER_SERVICE, NOON)


async def _paused_at_next_start(folder: Path, requests: int, mark: str | None) -> bool:
    """Return whether printing is paused after `requests` and with another mark in the file."""
    url, file = f"sqlite+aiosqlite:///{folder}/printer.db", folder / "printer.db.dispatcher"
    migrate(url, MIGRATIONS)
    database = Database(url)
    try:
        epoch = await begin_dispatch_epoch(database, 0.01, BY)
        for _ in range(requests):
            await epoch.announce_request()
        if mark is None:
            file.unlink()
        else:
            file.write_text(mark)
        await begin_dispatch_epoch(database, 0.01, BY)
        async with Store(database).read() as records:
            return await records.restores.unreleased() is not None
    finally:
        await database.close()


@pytest.mark.parametrize(
    ("requests", "mark", "paused"),
    [
        (2, "", True),
        (2, None, True),
        (2, "\0\0\0", True),
        (2, "3", True),
        (2, "2", False),
        (0, "", False),
        (0, None, False),
        (0, "1", True),
    ],
)
async def test_unless_it_never_sent_anything(
    tmp_path: Path, requests: int, mark: str | None, paused: bool
) -> None:
    assert await _paused_at_next_start(tmp_path, requests, mark) is paused


async def test_the_mark_is_one_number_of_one_length(tmp_path: Path) -> None:
    """Written over, never emptied first: a crash in between leaves a number."""
    file = tmp_path / "printer.db.dispatcher"
    lengths = []
    for requests in (0, 12):
        await _paused_at_next_start(tmp_path, requests, "7")
        lengths.append(len(file.read_text()))

    assert lengths == [21, 21]
