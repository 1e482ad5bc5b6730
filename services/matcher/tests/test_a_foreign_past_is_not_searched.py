"""A database that was put back to another past is noticed: nobody is found who is not in it."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from passport.matcher.v1 import admin_pb2

from services.databases import SERVER

from .caller import hits, refusal
from .conftest import Callers, Matchers
from .matcher_process import Matcher, master_key
from .people import fingers, given
from .store_and_index import enrol, opened

pytestmark = pytest.mark.skipif(
    bool(SERVER), reason="copies a SQLite file; test_a_promotion_begins_a_new_epoch is the server's"
)

NEVER = 3600.0


def _copy(source: Path, target: Path) -> None:
    """Copy a database, also into one that is in use, as an administrator restores a backup."""
    with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target)) as written:
        read.backup(written)


def _database(matcher: Matcher) -> Path:
    return matcher.folder / "matcher.sqlite"


def _backup(matcher: Matcher, folder: Path) -> Path:
    """Copy the database of a matcher to a folder, with its master key."""
    folder.mkdir()
    shutil.copy(master_key(matcher.folder), folder)
    _copy(_database(matcher), folder / "matcher.sqlite")
    return folder / "matcher.sqlite"


@pytest.mark.parametrize("others", [[], [11], [11, 12]], ids=["shorter", "as long", "longer"])
async def test_a_running_matcher_loads_its_index_anew(
    matchers: Matchers, callers: Callers, tmp_path: Path, others: list[int]
) -> None:
    matcher = matchers(follow_interval_seconds=NEVER)
    matcher.start()
    caller = callers(matcher)
    await caller.enrol("kept", fingers(1))
    backup = _backup(matcher, tmp_path / "backup")
    lost = (await caller.enrol("lost", fingers(2))).encounter
    probe = given(fingers(2, impression=1))
    assert hits(await caller.identify(probe)) == ["person-of-lost"]
    async with opened(backup.parent) as base:
        for person in others:
            await enrol(base, person)

    _copy(backup, _database(matcher))
    doubted = await refusal(caller.identify(probe))
    matcher.wait_for_level(admin_pb2.SERVICE_LEVEL_FULL)
    found = await caller.identify(probe)
    seen = await refusal(caller.identify(probe, seen=lost.change_token))

    assert (doubted.code, doubted.reason, doubted.may_retry) == ("UNAVAILABLE", "NOT_READY", True)
    assert hits(found) == []
    assert found.people_searched == 1 + len(others)
    assert (seen.code, seen.reason) == ("FAILED_PRECONDITION", "FOREIGN_CHANGE_TOKEN")


async def test_a_snapshot_of_another_past_is_not_used(
    matchers: Matchers, callers: Callers, tmp_path: Path
) -> None:
    matcher = matchers()
    matcher.start()
    probe = given(fingers(2, impression=1))
    await callers(matcher).enrol("kept", fingers(1))
    backup = _backup(matcher, tmp_path / "backup")
    await callers(matcher).enrol("lost", fingers(2))
    assert hits(await callers(matcher).identify(probe)) == ["person-of-lost"]
    matcher.stop()
    async with opened(backup.parent) as base:
        for person in (11, 12):
            await enrol(base, person)
    _copy(backup, _database(matcher))

    matcher.start()
    found = await callers(matcher).identify(probe)

    assert (hits(found), found.people_searched) == ([], 3)
    matcher.wait_for_status(lambda status: status.snapshot_change == 3)  # no more 2, of its past
