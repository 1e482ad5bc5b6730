"""Whoever has the files of the database, and not the master key, has no fingerprint."""

import asyncio
import sqlite3
import stat
from pathlib import Path

import pytest
from matcher.__main__ import main
from matcher.store.encryption import embedding_name, template_name
from matcher.store.master_key_file import create_master_key, read_master_key

from services.databases import SERVER

from .caller import hits
from .conftest import Callers, Matchers
from .matcher_process import Matcher
from .people import fingers, given, image, sample
from .store_and_index import delete, enrol, finger, opened

pytestmark = pytest.mark.skipif(
    bool(SERVER), reason="reads the bytes of a SQLite file; a server keeps its files itself"
)

PRINT = (Path(__file__).parent / "prints" / "impression_0.wsq").read_bytes()


def _database(folder: Path) -> bytes:
    """All bytes of a database: the file, and the log beside it."""
    return b"".join(path.read_bytes() for path in sorted(folder.glob("*.sqlite*")))


def _keys(folder: Path) -> dict[str, bytes]:
    with sqlite3.connect(folder / "matcher.sqlite") as database:
        rows = database.execute("SELECT encounter_id, wrapped_key FROM encounter_keys").fetchall()
    database.close()
    return dict(rows)


async def test_no_template_or_image_lies_in_the_database(
    matchers: Matchers, callers: Callers, someone: int
) -> None:
    matcher = matchers(minimum_quality=0)
    matcher.start()
    caller = callers(matcher)
    template = fingers(someone)[0].template.data
    await caller.enrol("drawn", [image(2, PRINT)])
    await caller.enrol("written", fingers(someone))

    stored = _database(matcher.folder)

    assert b"written" in stored
    assert template[:60] not in stored
    assert template[-60:] not in stored
    assert PRINT[200:260] not in stored
    probe = given(fingers(someone, impression=1))
    assert hits(await caller.identify(probe)) == ["person-of-written"]


async def test_no_embedding_lies_in_the_database(tmp_path: Path) -> None:
    async with opened(tmp_path) as base:
        await enrol(base, 1)

    assert finger(1).embedding.tobytes()[:60] not in _database(tmp_path)


async def test_a_deleted_encounters_key_is_gone_from_every_file(
    matchers: Matchers, callers: Callers, someone: int
) -> None:
    matcher = matchers()
    matcher.start()
    caller = callers(matcher)
    await caller.enrol("one", fingers(someone))
    await caller.enrol("other", fingers(someone + 1))
    keys = _keys(matcher.folder)

    await caller.delete("one")

    assert _keys(matcher.folder) == {"other": keys["other"]}
    assert keys["other"] in _database(matcher.folder)
    assert keys["one"] not in _database(matcher.folder)


async def test_a_new_snapshot_holds_nothing_of_a_deleted_person(tmp_path: Path) -> None:
    snapshot = tmp_path / "index.snapshot"
    async with opened(tmp_path, snapshot_file=snapshot) as base:
        for person in (1, 2):
            await enrol(base, person)
        await base.index.catch_up()
        await base.index.save_snapshot()
        before = snapshot.read_bytes()
        await delete(base, 1)
        await base.index.catch_up()
        await base.index.save_snapshot()

    gone, remaining = (finger(person).embedding.tobytes() for person in (1, 2))
    assert gone in before
    assert gone not in snapshot.read_bytes()
    assert remaining in snapshot.read_bytes()


async def test_nobody_else_may_read_the_files(
    matchers: Matchers, callers: Callers, someone: int
) -> None:
    matcher = matchers()
    matcher.start()
    caller = callers(matcher)
    await caller.enrol("one", fingers(someone))
    await caller.identify(given(fingers(someone)))
    matcher.stop()

    files = [*matcher.folder.glob("*.sqlite*"), matcher.folder / "index.snapshot"]
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in files}

    assert modes["matcher.sqlite"] == 0o600
    assert modes["index.snapshot"] == 0o600
    assert set(modes.values()) == {0o600}


def test_with_another_master_key_it_does_not_start(
    matchers: Matchers, capsys: pytest.CaptureFixture[str]
) -> None:
    matcher = matchers()
    other = matcher.folder / "other.key"
    create_master_key(other)
    config = str(matcher.write(matcher.settings(master_key_file=other)))

    for command in ("serve", "migrate", "snapshot", "replay"):
        day = ("--day", "2018-10-26") if command == "replay" else ()
        with pytest.raises(SystemExit) as end:
            main([command, "--config", config, *day])
        assert end.value.code == 2
        assert "is encrypted under the master key" in capsys.readouterr().err


def test_with_another_master_key_nothing_is_made_anew(matchers: Matchers) -> None:
    matcher = matchers()
    other, snapshot = matcher.folder / "other.key", matcher.folder / "index.snapshot"
    create_master_key(other)
    snapshot.write_bytes(b"snapshot")
    asyncio.run(_enrol_one(matcher.folder))
    before = _embeddings(matcher.folder)

    with pytest.raises(SystemExit):
        main(["rebuild", "--config", str(matcher.write(matcher.settings(master_key_file=other)))])

    assert _embeddings(matcher.folder) == before
    assert before[0][1] is not None
    assert snapshot.read_bytes() == b"snapshot"


async def _enrol_one(folder: Path) -> None:
    async with opened(folder) as base:
        await enrol(base, 1)


def _embeddings(folder: Path) -> list[tuple[bytes, str | None]]:
    with sqlite3.connect(folder / "matcher.sqlite") as database:
        rows = database.execute("SELECT embedding, version FROM embeddings").fetchall()
    database.close()
    return rows


async def test_what_an_earlier_version_stored_in_clear_is_encrypted_by_migrate(
    matchers: Matchers, callers: Callers, someone: int, capsys: pytest.CaptureFixture[str]
) -> None:
    matcher = matchers()
    matcher.start()
    await callers(matcher).enrol("old", fingers(someone))
    matcher.stop()
    _store_in_clear(matcher)
    template = fingers(someone)[0].template.data
    assert template in _database(matcher.folder)

    with pytest.raises(SystemExit):
        matcher.command("serve")
    assert "run: matcher migrate" in capsys.readouterr().err
    matcher.command("migrate")
    matcher.start()

    assert "1 encounters were encrypted" in capsys.readouterr().out
    assert template not in _database(matcher.folder)
    probe = given(fingers(someone, impression=1))
    assert hits(await callers(matcher).identify(probe)) == ["person-of-old"]


async def test_a_template_put_in_anothers_place_is_noticed(
    matchers: Matchers, callers: Callers, someone: int
) -> None:
    matcher = matchers()
    matcher.start()
    caller = callers(matcher)
    await caller.enrol("one", [sample(2, fingers(someone)[0].template.data)])
    await caller.enrol("other", [sample(2, fingers(someone + 1)[0].template.data)])
    matcher.kill()
    with sqlite3.connect(matcher.folder / "matcher.sqlite") as database:
        database.execute(
            "UPDATE fingers SET template = (SELECT template FROM fingers "
            "WHERE encounter_id = 'other') WHERE encounter_id = 'one'"
        )
    database.close()
    (matcher.folder / "index.snapshot").unlink(missing_ok=True)

    matcher.start()
    status = matcher.status()

    assert list(status.unreadable_encounter_ids) == ["one"]


def _store_in_clear(matcher: Matcher) -> None:
    """Leave the database as a version without encryption left it."""
    master = read_master_key(matcher.folder / "master.key")
    with sqlite3.connect(matcher.folder / "matcher.sqlite") as database:
        for encounter_id, wrapped_key in _keys(matcher.folder).items():
            key = master.unwrap(wrapped_key)
            rows = database.execute(
                "SELECT position, template, embedding FROM fingers "
                "JOIN embeddings USING (encounter_id, position) WHERE encounter_id = ?",
                (encounter_id,),
            ).fetchall()
            for position, template, embedding in rows:
                for table, column, in_clear in (
                    (
                        "fingers",
                        "template",
                        key.decrypt(template, template_name(encounter_id, position)),
                    ),
                    (
                        "embeddings",
                        "embedding",
                        key.decrypt(embedding, embedding_name(encounter_id, position)),
                    ),
                ):
                    database.execute(
                        f"UPDATE {table} SET {column} = ? WHERE encounter_id = ? AND position = ?",
                        (in_clear, encounter_id, position),
                    )
        database.execute("DELETE FROM encounter_keys")
        database.execute("UPDATE head SET master_key_id = ''")
    database.close()
