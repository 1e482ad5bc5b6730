"""Encounters from before offices were known belong to the office ``national``."""

from pathlib import Path

from matcher.store.store import MIGRATIONS
from servicekit.storage.database import migrate

from services.databases import execute

from . import older_database


def test_their_office_is_national(tmp_path: Path) -> None:
    url = older_database.make(tmp_path, "0002")
    execute(
        url,
        "INSERT INTO encounters VALUES ('one', 'person', 2, 1, '2018-10-26', 1, 1, "
        "'caller', 'request', '')",
    )

    migrate(url, MIGRATIONS)

    rows = execute(url, "SELECT encounter_id, office_id FROM encounters")
    assert rows == [("one", "national")]
