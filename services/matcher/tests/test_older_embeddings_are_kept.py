"""Embeddings from before several versions of a finger were kept stay with their version."""

from pathlib import Path

from matcher.store.store import MIGRATIONS
from servicekit.storage.database import migrate

from services.databases import execute

from . import older_database


def test_they_move_to_a_table_of_their_own(tmp_path: Path) -> None:
    url = older_database.make(tmp_path, "0012")
    execute(
        url,
        "INSERT INTO encounters (encounter_id, person_id, office_id, status, revision, created_at, "
        "added_by_change, last_change, fingers_change, caller, request_id, request_digest) VALUES "
        "('one', 'person', 'BJM', 1, 1, '2018-10-26', 1, 1, 1, 'caller', 'request', :digest)",
        digest=b"digest",
    )
    for position, embedding, version in (
        (2, b"right", "netvlad64-47cf3e05"),
        (3, b"outdated", None),
        (7, None, None),
    ):
        execute(
            url,
            "INSERT INTO fingers (encounter_id, position, minutiae, embedding, embedding_version) "
            "VALUES ('one', :position, 0, :embedding, :version)",
            position=position,
            embedding=embedding,
            version=version,
        )

    migrate(url, MIGRATIONS)

    found = execute(url, "SELECT encounter_id, position, version, embedding FROM embeddings")
    assert [tuple(row) for row in found] == [("one", 2, "netvlad64-47cf3e05", b"right")]
    positions = execute(url, "SELECT position FROM fingers ORDER BY position")
    assert [row[0] for row in positions] == [2, 3, 7]
