"""Encounters from before offices were known belong to the office ``national``."""

from pathlib import Path

from matcher.store.store import MIGRATIONS
from servicekit.storage.database import migrate
from sqlalchemy import create_engine, text

from . import older_database


def test_their_office_is_national(tmp_path: Path) -> None:
    url = older_database.make(tmp_path, "0002")
    engine = create_engine(url.replace("+aiosqlite", ""))
    with engine.begin() as database:
        database.execute(
            text(
                "INSERT INTO encounters VALUES ('one', 'person', 2, 1, '2018-10-26', 1, 1, "
                "'caller', 'request', '')"
            )
        )

    migrate(url, MIGRATIONS)

    with engine.connect() as database:
        rows = database.execute(text("SELECT encounter_id, office_id FROM encounters")).all()
    engine.dispose()
    assert [tuple(row) for row in rows] == [("one", "national")]
