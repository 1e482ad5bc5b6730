"""A merge that moved nothing at the matcher has no id there, and none of its tasks is left."""

from pathlib import Path

from issuance.store.records import MIGRATIONS
from issuance.store.tables.person_merges import person_merges
from servicekit.storage.database import migrate
from sqlalchemy import create_engine, select, text

from services.older_schema import migrate_until

MERGE = text(
    'INSERT INTO person_merges (id, from_person, into_person, "case", office, at, "by", reason,'
    " superseded_document, matcher_merge)"
    " VALUES (:id, 'ani', 'budi', 'x', 'BJM', '2018-10-26 01:00:00.000000', 'eko', 'seen', '',"
    " :at_matcher)"
)
TASK = text(
    'INSERT INTO outbox (id, kind, "case", office, priority_class, queue_number, request_id,'
    " payload, created_at, clearance, attempts, queued_from, not_before, leased_by, last_error)"
    " VALUES ('t', 'merge_persons', 'x', 'BJM', 'normal', 1, 'r', :payload,"
    " '2018-10-26 01:00:00.000000', '', 0, '2018-10-26 01:00:00.000000',"
    " '2018-10-26 01:00:00.000000', '', '')"
)


def test_merges_without_a_task_are_done(tmp_path: Path) -> None:
    file = tmp_path / "old.db"
    migrate_until("0054", f"sqlite+aiosqlite:///{file}", MIGRATIONS, tmp_path)
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        for id, at_matcher in (("made", "m"), ("nothing", ""), ("waits", ""), ("again", "n")):
            connection.execute(MERGE, {"id": id, "at_matcher": at_matcher})
        connection.execute(TASK, {"payload": b'["waits", "again"]'})

    migrate(f"sqlite+aiosqlite:///{file}", MIGRATIONS)

    with engine.begin() as connection:
        found = connection.execute(select(person_merges.c.id, person_merges.c.made)).all()
    assert {row.id: row.made for row in found} == {
        "made": True,
        "nothing": True,
        "waits": False,
        "again": True,
    }
