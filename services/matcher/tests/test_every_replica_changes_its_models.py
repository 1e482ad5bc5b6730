"""Replicas over one PostgreSQL change to another bundle of models together, when all are ready."""

import asyncio
import shutil
from pathlib import Path

import pytest

from services.databases import SERVER

from .bundles import administrator_of, make_bundle
from .caller import hits
from .conftest import Callers, Matchers
from .matcher_process import Matcher
from .people import fingers, given

pytestmark = pytest.mark.skipif(not SERVER, reason="a SQLite file belongs to one process")


async def test_one_that_lacks_the_bundle_is_waited_for(
    matchers: Matchers, callers: Callers, database_url: str, someone: int, tmp_path: Path
) -> None:
    bundle = make_bundle(tmp_path / "first", "next")
    first = matchers("a", database_url=database_url, model_bundles_folder=tmp_path / "first")
    key = first.folder / "master.key"
    (tmp_path / "second").mkdir()
    second = matchers(
        "b",
        database_url=database_url,
        master_key_file=key,
        model_bundles_folder=tmp_path / "second",
    )
    for replica in (first, second):
        replica.start()
    administrator = administrator_of(first, callers)
    await callers(first).enrol("one", fingers(someone))
    started = await administrator.start("next")
    await _until_a_problem_is_told(second)
    assert (await administrator.bundles())[0] == ("packaged", "SERVING")

    shutil.copytree(bundle, tmp_path / "second" / "next")
    ended = await administrator.ended(started.name)

    assert ended.HasField("response"), ended
    for replica in (first, second):
        await _until_it_serves_next(replica, callers)
        found = await callers(replica).identify(given(fingers(someone, impression=1)))
        assert hits(found) == ["person-of-one"]
        assert found.threshold.calibration_version in second.status().model_version


async def _until_a_problem_is_told(replica: Matcher) -> None:
    async with asyncio.timeout(60):
        while "no folder of the bundle next" not in str(replica.status().model_bundles):  # noqa: ASYNC110  nothing tells of it
            await asyncio.sleep(0.02)


async def _until_it_serves_next(replica: Matcher, callers: Callers) -> None:
    administrator = administrator_of(replica, callers)
    async with asyncio.timeout(60):
        while ("next", "SERVING") not in await administrator.bundles():  # noqa: ASYNC110  nor of this
            await asyncio.sleep(0.02)
