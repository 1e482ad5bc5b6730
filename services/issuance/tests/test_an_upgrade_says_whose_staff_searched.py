"""Searches that were recorded before offices were recorded with them are of who searched."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from issuance.store.records import MIGRATIONS
from servicekit.storage.database import migrate
from sqlalchemy import Engine, event

from services.databases import execute
from services.older_schema import migrate_until


def test_the_identity_of_who_searched_tells_the_office(database_url: str, tmp_path: Path) -> None:
    migrate_until("0048", database_url, MIGRATIONS, tmp_path)
    _write(
        database_url,
        "spiffe://id/office/BJM/user/siti/role/officer",
        "spiffe://id/office/national/user/rini/role/supervisor",
        "spiffe://id/office/headquarters/user/rudi/role/supervisor",
        "service:issuance",
    )

    migrate(database_url, MIGRATIONS)

    assert _offices(database_url) == ["BJM", "national", "headquarters", ""]


def test_all_are_read_once_however_many_people_searched(database_url: str, tmp_path: Path) -> None:
    people = [f"spiffe://id/office/BJM/user/u{nth}/role/officer" for nth in range(2300)]
    migrate_until("0048", database_url, MIGRATIONS, tmp_path)
    _write(database_url, *people)
    execute(database_url, "DELETE FROM searches WHERE number BETWEEN 900 AND 1100")

    with _statements() as executed:
        migrate(database_url, MIGRATIONS)

    assert _offices(database_url) == ["BJM"] * 2099
    assert len([each for each in executed if each.startswith("SELECT searches.")]) == 4
    assert len([each for each in executed if each.startswith("UPDATE searches")]) == 3


def _write(url: str, *identities: str) -> None:
    rows = ", ".join(f"('2018-10-26 01:00:00+00:00', '{by}', '', '{{}}', 0)" for by in identities)
    execute(url, f"INSERT INTO searches (at, by, on_behalf_of, criteria, found) VALUES {rows}")


def _offices(url: str) -> Sequence[str]:
    return [office for (office,) in execute(url, "SELECT office FROM searches ORDER BY number")]


@contextmanager
def _statements() -> Iterator[list[str]]:
    """Yield what is executed within the block, one for all rows of an update."""
    executed: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        executed.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield executed
    event.remove(Engine, "before_cursor_execute", note)
