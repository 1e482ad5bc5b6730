import stat
from pathlib import Path

import pytest
from sqlalchemy import make_url

from ..use_cases.print_room import a_print_room  # noqa: TID252


async def test_and_the_files_beside_it(database_url: str) -> None:
    if not database_url.startswith("sqlite"):
        pytest.skip("a database server keeps its files itself")
    file = Path(make_url(database_url).database or "")

    async with a_print_room(database_url) as room:
        await room.print()
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in file.parent.iterdir()}

    names = ("test.sqlite", "test.sqlite-shm", "test.sqlite-wal")
    assert modes == dict.fromkeys(names, 0o600)
