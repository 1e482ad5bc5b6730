"""MigrateModel makes the index of other models in processes of Ray of its own, and ends them.

`make test-shards` runs it.
"""

import os
import signal
from importlib.util import find_spec
from pathlib import Path

import pytest
from google.rpc import code_pb2  # type: ignore[import-untyped]

from .bundles import administrator_of, make_bundle
from .caller import hits
from .conftest import Callers, Matchers
from .matcher_process import Matcher
from .models_changed_under_load import FEW, change_under_load
from .people import fingers, given
from .ray_processes import shard_processes, until_shard_processes

pytestmark = [
    pytest.mark.skipif(find_spec("ray") is None, reason="needs the extra ray"),
    pytest.mark.slow,
    pytest.mark.timeout(1800),
]

SHARDS = 2
PEOPLE = 6
KILLED = -9


@pytest.fixture
def matcher(matchers: Matchers, tmp_path: Path) -> Matcher:
    """A matcher whose shards are in processes of Ray, and a second bundle; not started."""
    make_bundle(tmp_path / "bundles", "next")
    return matchers(
        model_bundles_folder=tmp_path / "bundles",
        shard_engine="ray",
        index_shards=SHARDS,
        **FEW,
    )


async def test_callers_notice_nothing_though_one_of_the_new_processes_is_killed(
    matcher: Matcher, callers: Callers, someone: int
) -> None:
    matcher.start()
    before = shard_processes()

    async def kill_a_new_one() -> None:
        found = await until_shard_processes(lambda found: found > before)
        os.kill(min(found - before), signal.SIGKILL)

    await change_under_load([matcher], callers, someone, meanwhile=kill_a_new_one, seconds=600)

    assert len(before) == SHARDS
    assert len(await until_shard_processes(lambda found: len(found) >= 2 * SHARDS)) == 2 * SHARDS


async def test_processes_of_models_that_are_not_used_any_more_are_ended(
    matcher: Matcher, callers: Callers, someone: int
) -> None:
    matcher.start()
    caller, administrator = callers(matcher), administrator_of(matcher, callers)
    for person in range(PEOPLE):
        await caller.enrol(f"{person}", fingers(someone + person))
    of_packaged = shard_processes()

    started = await administrator.start("next")
    await until_shard_processes(lambda found: found > of_packaged)
    await administrator.cancel(started.name)
    cancelled = await administrator.ended(started.name)
    await until_shard_processes(lambda found: found == of_packaged)
    changed = await administrator.migrate("next")
    of_both = await until_shard_processes(lambda found: len(found) == 2 * SHARDS)
    await administrator.discard()
    of_next = await until_shard_processes(lambda found: found == of_both - of_packaged)
    found = await caller.identify(given(fingers(someone, impression=1)))
    matcher.stop()

    assert cancelled.error.code == code_pb2.CANCELLED
    assert changed.HasField("response"), changed
    assert len(of_next) == SHARDS
    assert hits(found) == ["person-of-0"]
    assert await until_shard_processes(lambda found: not found) == set()
    assert [each.name for each in matcher.folder.glob("index.snapshot*")] == [
        "index.snapshot.bundle-next"
    ]
    saved = (matcher.folder / "index.snapshot.bundle-next").glob("index.snapshot.*-of-2/*")
    assert {each.name for each in saved} >= {"index.snapshot"}


async def test_the_change_goes_on_after_the_service_was_killed_while_it_loaded(
    matcher: Matcher, callers: Callers, someone: int
) -> None:
    matcher.start(failpoints="matcher.migrate_model.while_loading")
    await callers(matcher).enrol("one", fingers(someone))

    started = await administrator_of(matcher, callers).start("next")
    end = matcher.wait_for_end()
    matcher.start()
    operation = await administrator_of(matcher, callers).ended(started.name)
    found = await callers(matcher).identify(given(fingers(someone, impression=1)))

    assert end == KILLED
    assert operation.HasField("response"), operation
    assert hits(found) == ["person-of-one"]
    assert await administrator_of(matcher, callers).bundles() == [
        ("next", "SERVING"),
        ("packaged", "KEPT"),
    ]
    assert len(await until_shard_processes(lambda found: len(found) == 2 * SHARDS)) == 2 * SHARDS
