"""A database from before the change log was chained is chained when it is brought up."""

import hashlib
from pathlib import Path

from matcher.domain.change_token import ChangeToken
from matcher.domain.encounter import EncounterStatus
from matcher.store.store import MIGRATIONS
from servicekit.storage.database import migrate

from services.databases import execute

from . import older_database
from .people import template
from .store_and_index import INDEX, enrol, opened, shortlisted

BEGINNING = ChangeToken("", 0, "0" * 12)
CHANGES = [
    (1, "ADDED", "one"), (2, "ADDED", "two"), (3, "STATUS_SET", "one"), (4, "ADDED", "three"),
    (5, "DELETED", "three"),
]  # fmt: skip


async def test_it_is_followed_and_its_sums_agree(tmp_path: Path) -> None:
    url = older_database.make(tmp_path, "0005")
    for number, kind, name in CHANGES:
        execute(url, f"INSERT INTO changes VALUES ({number}, '{kind}', '{name}')")
    for number, name, status in (
        (1, "one", EncounterStatus.INACTIVE), (2, "two", EncounterStatus.ACTIVE),
    ):  # fmt: skip
        execute(
            url,
            f"INSERT INTO encounters VALUES ('{name}', '{name}', '{status}', 1, '2018-10-26',"
            f" {number}, {number}, 'caller', '{name}', '', 'national', '{number}')",
        )
        execute(
            url,
            "INSERT INTO fingers"
            f" VALUES ('{name}', 2, NULL, 30, NULL, :template, :embedding, NULL)",
            template=template(number, INDEX),
            embedding=bytes(512),
        )
    execute(url, "INSERT INTO encounter_galleries VALUES ('two', 'watched')")
    execute(url, "UPDATE head SET last_change = 5")

    migrate(url, MIGRATIONS)

    async with opened(tmp_path) as base:
        async with base.store.read() as records:
            state = await records.changes.state()
            assert state.sums == await records.contents.sums()
            stored = await records.encounters.templates(["two"])
            start = await records.changes.after(BEGINNING, state, 10)
        assert (state.sums.encounters, state.sums.fingers) == (1, 1)
        assert stored[0].sha256 == hashlib.sha256(template(2, INDEX)).digest()
        assert start.last == state.change_token
        await base.index.catch_up()
        await enrol(base, 7)
        assert await shortlisted(base, 7) == (["person-7", "two"], 2)
