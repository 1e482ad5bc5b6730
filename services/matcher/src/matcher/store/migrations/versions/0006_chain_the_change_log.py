"""Chain the change log by hashes, and sum up what is searched, from what is already stored."""

import hashlib
import json
from collections.abc import Iterator
from itertools import chain, groupby
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_SEARCHED_STATUSES = (1, 2, 4)
_ROWS_PER_STATEMENT = 1000
Rows = list[dict[str, object]]


def upgrade() -> None:
    """Add the columns and fill them."""
    for table, column in (
        ("fingers", sa.Column("template_sha256", sa.LargeBinary)),
        ("changes", _required("content_digest", sa.LargeBinary(), "")),
        ("changes", _required("log_hash", sa.LargeBinary(), "")),
        ("head", _required("log_hash", sa.LargeBinary(), "")),
        ("head", _required("searched_encounters", sa.BigInteger(), "0")),
        ("head", _required("searched_fingers", sa.BigInteger(), "0")),
        ("head", _required("searched_checksum", sa.LargeBinary(), "")),
    ):
        op.add_column(table, column)
    _hash_templates()
    encounters, fingers, checksum = _sums()
    op.get_bind().execute(
        sa.text(
            "UPDATE head SET log_hash = :log_hash, searched_encounters = :encounters, "
            "searched_fingers = :fingers, searched_checksum = :checksum"
        ),
        {
            "log_hash": _hash_changes(),
            "encounters": encounters,
            "fingers": fingers,
            "checksum": checksum.to_bytes(8, "big"),
        },
    )


def _required(name: str, kind: sa.types.TypeEngine[Any], default: str) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, server_default=default)


def _hash_templates() -> None:
    statement = sa.text(
        "UPDATE fingers SET template_sha256 = :template_sha256 "
        "WHERE encounter_id = :encounter_id AND position = :position"
    )
    rows = _read(
        "SELECT encounter_id, position, template FROM fingers WHERE template IS NOT NULL "
        "AND (encounter_id, position) > (:encounter_id, :position) ORDER BY encounter_id, position",
        {"encounter_id": "", "position": -1},
    )
    for portion in rows:
        op.get_bind().execute(
            statement,
            [
                {
                    "encounter_id": row.encounter_id,
                    "position": row.position,
                    "template_sha256": hashlib.sha256(row.template).digest(),
                }
                for row in portion
            ],
        )


def _hash_changes() -> bytes:
    """Chain the changes, whose content is not known any more, and return the last hash."""
    log_hash = bytes(32)
    statement = sa.text(
        "UPDATE changes SET content_digest = :content_digest, log_hash = :log_hash "
        "WHERE number = :number"
    )
    rows = _read(
        "SELECT number, kind, encounter_id FROM changes WHERE number > :number ORDER BY number",
        {"number": 0},
    )
    for portion in rows:
        chained: Rows = []
        for row in portion:
            change = json.dumps([row.number, row.kind, row.encounter_id, ""])
            log_hash = hashlib.sha256(log_hash + change.encode()).digest()
            chained.append({"number": row.number, "content_digest": b"", "log_hash": log_hash})
        op.get_bind().execute(statement, chained)
    return log_hash


def _sums() -> tuple[int, int, int]:
    """Return how many encounters and fingers are searched, and the sum of their checksums."""
    # Not by a cursor: PostgreSQL would keep it open, and let no later migration change the table.
    portions = _read(
        "SELECT e.encounter_id, person_id, status, added_by_change, position, template_sha256 "
        "FROM encounters e JOIN fingers f ON f.encounter_id = e.encounter_id "
        "WHERE template IS NOT NULL "
        "AND (added_by_change, position) > (:added_by_change, :position) "
        "ORDER BY added_by_change, position",
        {"added_by_change": -1, "position": -1},
    )
    galleries = _galleries()
    encounters = fingers = checksum = 0
    for key, group in groupby(chain.from_iterable(portions), _encounter):
        templates = [(row.position, bytes(row.template_sha256).hex()) for row in group]
        if key[2] in _SEARCHED_STATUSES:
            content = json.dumps([*key, templates, sorted(galleries.get(key[0], []))])
            digest = hashlib.sha256(content.encode()).digest()
            encounters, fingers = encounters + 1, fingers + len(templates)
            checksum = (checksum + int.from_bytes(digest[:8], "big")) % 2**64
    return encounters, fingers, checksum


def _galleries() -> dict[str, list[str]]:
    """Return the galleries of encounters that belong to any."""
    rows = op.get_bind().execute(sa.text("SELECT encounter_id, gallery FROM encounter_galleries"))
    galleries: dict[str, list[str]] = {}
    for encounter_id, gallery in rows:
        galleries.setdefault(encounter_id, []).append(gallery)
    return galleries


def _encounter(row: sa.Row[Any]) -> tuple[Any, ...]:
    return tuple(row)[:4]


def _read(statement: str, after: dict[str, object]) -> Iterator[list[Any]]:
    """Yield the rows of a statement in portions; it selects those after the last one's key."""
    limited = sa.text(f"{statement} LIMIT {_ROWS_PER_STATEMENT}")
    while rows := list(op.get_bind().execute(limited, after)):
        yield rows
        after = {name: getattr(rows[-1], name) for name in after}
