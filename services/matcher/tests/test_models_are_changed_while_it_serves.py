"""MigrateModel changes to another bundle of models, and back, while the matcher goes on serving."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio
from matcher.models import ModelBundle
from passport.matcher.v1 import admin_pb2

from services.databases import execute

from .bundles import Administrator, administrator_of, embeddings_by_version, make_bundle
from .caller import Caller, hits, refusal
from .conftest import Callers, Matchers
from .matcher_process import TIMEOUT_SECONDS, Matcher
from .models import models
from .people import fingers, given

PEOPLE = 6
FEW = {"max_persons_prefiltered": 1, "max_persons_similar": 1, "max_persons_voted": 1}
"""So few that embeddings of different versions, if compared, would find nobody."""


@pytest_asyncio.fixture
async def matcher(
    matchers: Matchers, callers: Callers, someone: int, tmp_path: Path
) -> AsyncIterator[Matcher]:
    """A matcher with some people and a second bundle, `next`."""
    make_bundle(tmp_path / "bundles", "next")
    matcher = matchers(model_bundles_folder=tmp_path / "bundles", **FEW)
    matcher.start()
    caller = callers(matcher)
    for person in range(PEOPLE):
        await caller.enrol(f"{person}", fingers(someone + person))
    yield matcher


def _next(tmp_path: Path) -> ModelBundle:
    folder = tmp_path / "bundles" / "next"
    return ModelBundle.load(
        embedding=folder / "embedding.onnx", calibration=folder / "calibration.json"
    )


async def _found(caller: Caller, person: int) -> Any:
    return await caller.identify(given(fingers(person, impression=1)))


def _folders_of_next(matcher: Matcher) -> list[Path]:
    return list(matcher.folder.glob("*.bundle-next"))


async def test_later_decisions_are_made_by_the_new_bundle(
    matcher: Matcher, callers: Callers, someone: int, tmp_path: Path
) -> None:
    caller, administrator = callers(matcher), administrator_of(matcher, callers)
    before = await _found(caller, someone)

    operation = await administrator.migrate("next")
    after = await _found(caller, someone)

    result = admin_pb2.MigrationResult()
    assert operation.response.Unpack(result), operation
    versions = _next(tmp_path).versions
    assert result.bundle == "next"
    assert result.model_version == f"{versions.model_version} {versions.calibration}"
    assert matcher.status().model_version == result.model_version
    assert await administrator.bundles() == [("next", "SERVING"), ("packaged", "KEPT")]
    assert hits(before) == hits(after) == ["person-of-0"]
    assert before.threshold.calibration_version == models().versions.calibration
    assert after.threshold.calibration_version == versions.calibration
    assert after.model_version == versions.model_version
    assert 0.85 < after.candidates[0].score.value / before.candidates[0].score.value < 0.95
    for person in range(PEOPLE):
        assert hits(await _found(caller, someone + person)) == [f"person-of-{person}"]


async def test_one_goes_back_to_a_bundle_that_knows_whoever_came_since(
    matcher: Matcher, callers: Callers, someone: int
) -> None:
    caller, administrator = callers(matcher), administrator_of(matcher, callers)
    await administrator.migrate("next")
    await caller.enrol("late", fingers(someone + PEOPLE))

    operation = await administrator.migrate("packaged")
    found = await _found(caller, someone + PEOPLE)

    assert operation.HasField("response"), operation
    assert await administrator.bundles() == [("packaged", "SERVING"), ("next", "KEPT")]
    assert hits(found) == ["person-of-late"]
    assert found.threshold.calibration_version == models().versions.calibration
    assert set(embeddings_by_version(matcher).values()) == {2 * PEOPLE + 2}


async def test_a_restart_changes_nothing(
    matcher: Matcher, callers: Callers, someone: int, tmp_path: Path
) -> None:
    await administrator_of(matcher, callers).migrate("next")

    for end in (matcher.kill, matcher.stop):
        end()
        matcher.start()
        found = await _found(callers(matcher), someone)

        assert hits(found) == ["person-of-0"]
        assert found.model_version == _next(tmp_path).versions.model_version


async def test_what_is_kept_is_given_back(
    matcher: Matcher, callers: Callers, someone: int, tmp_path: Path
) -> None:
    caller, administrator = callers(matcher), administrator_of(matcher, callers)
    await administrator.migrate("next")

    operation = await administrator.discard()

    result = admin_pb2.DiscardResult()
    assert operation.response.Unpack(result), operation
    assert result.embeddings == 2 * PEOPLE
    assert await administrator.bundles() == [("next", "SERVING")]
    assert embeddings_by_version(matcher) == {_next(tmp_path).versions.embedding: 2 * PEOPLE}
    assert hits(await _found(caller, someone)) == ["person-of-0"]
    assert (await administrator.migrate("packaged")).HasField("response")
    assert hits(await _found(caller, someone)) == ["person-of-0"]


async def test_who_is_deleted_leaves_both_versions(
    matcher: Matcher, callers: Callers, someone: int
) -> None:
    caller, administrator = callers(matcher), administrator_of(matcher, callers)
    await administrator.migrate("next")

    await caller.delete("0")
    found = await _found(caller, someone)
    await administrator.migrate("packaged")

    assert hits(found) == hits(await _found(caller, someone)) == []
    assert set(embeddings_by_version(matcher).values()) == {2 * (PEOPLE - 1)}


async def test_changes_during_the_preparation_are_in_both_indexes(
    matcher: Matcher, callers: Callers, someone: int
) -> None:
    caller, administrator = callers(matcher), administrator_of(matcher, callers)

    started = await administrator.start("next")
    await caller.delete("0")
    await caller.enrol("late", fingers(someone + PEOPLE), check=True)
    ended = await administrator.ended(started.name)
    await caller.enrol("later", fingers(someone + PEOPLE + 1), check=True)

    assert ended.HasField("response"), ended
    for bundle in ("next", "packaged"):
        assert (bundle, "SERVING") in await administrator.bundles()
        assert hits(await _found(caller, someone)) == []
        assert hits(await _found(caller, someone + PEOPLE)) == ["person-of-late"]
        assert hits(await _found(caller, someone + PEOPLE + 1)) == ["person-of-later"]
        again = await caller.enrol(
            f"again-{bundle}", fingers(someone + PEOPLE, impression=2), check=True
        )
        assert hits(again.decision)[0] == "person-of-late"
        await caller.delete(f"again-{bundle}")
        await administrator.migrate("packaged")


async def test_a_restored_database_is_served_by_the_bundle_of_then(
    matcher: Matcher, callers: Callers, someone: int
) -> None:
    before = execute(matcher.database_url, "SELECT * FROM model_bundles")
    await administrator_of(matcher, callers).migrate("next")

    # As if the database had been replaced by a backup from before, beneath the running process.
    execute(matcher.database_url, "DELETE FROM model_bundles")
    async with asyncio.timeout(TIMEOUT_SECONDS):
        calibration = models().versions.calibration
        while not matcher.status().model_version.endswith(calibration):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    matcher.wait_for_level(admin_pb2.SERVICE_LEVEL_FULL)
    found = await _found(callers(matcher), someone)

    assert before == []
    assert await administrator_of(matcher, callers).bundles() == [("packaged", "SERVING")]
    assert hits(found) == ["person-of-0"]
    assert found.threshold.calibration_version == models().versions.calibration


async def test_a_repeated_request_starts_one_migration(matcher: Matcher, callers: Callers) -> None:
    administrator = administrator_of(matcher, callers)

    first = await administrator.start("next", "migration-1")
    again = await administrator.start("next", "migration-1")
    await administrator.ended(first.name)

    assert again.name == first.name
    assert (await administrator.start("next", "migration-1")).name == first.name
    serving_already = await administrator.migrate("next")
    assert serving_already.HasField("response")


async def test_decisions_are_replayed_by_the_bundle_that_made_them(
    matcher: Matcher, callers: Callers, someone: int, tmp_path: Path, capfd: Any
) -> None:
    caller, administrator = callers(matcher), administrator_of(matcher, callers)
    day = (await _found(caller, someone)).decided_at.ToDatetime().date().isoformat()
    await administrator.migrate("next")
    await _found(caller, someone)
    await caller.enrol("again", fingers(someone, impression=2), check=True)
    matcher.stop()

    assert matcher.replay(day) == 0
    assert "3 decisions: 3 SAME" in capfd.readouterr().out

    (tmp_path / "bundles" / "next").rename(tmp_path / "away")
    execute(matcher.database_url, "DELETE FROM model_bundles")
    assert matcher.replay(day) == 0
    out = capfd.readouterr().out
    assert "3 decisions: 2 OTHER_MODELS, 1 SAME" in out
    assert "OTHER_MODELS: leader" in out


async def test_a_replay_by_discarded_models_leaves_nothing(
    matcher: Matcher, callers: Callers, someone: int, tmp_path: Path, capfd: Any
) -> None:
    caller, administrator = callers(matcher), administrator_of(matcher, callers)
    await administrator.migrate("next")
    day = (await _found(caller, someone)).decided_at.ToDatetime().date().isoformat()
    await administrator.migrate("packaged")
    await administrator.discard()
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while _folders_of_next(matcher):  # noqa: ASYNC110  nothing tells of it
            await asyncio.sleep(0.02)
    matcher.stop()
    stored = embeddings_by_version(matcher)

    assert matcher.replay(day) == 0

    assert "1 decisions: 1 SAME" in capfd.readouterr().out
    assert embeddings_by_version(matcher) == stored == {models().versions.embedding: 2 * PEOPLE}
    assert _folders_of_next(matcher) == []


async def test_only_a_national_administrator_changes_models(
    matcher: Matcher, callers: Callers
) -> None:
    office = matcher.identity  # a service is refused by the policy
    for caller in (callers(matcher, tls=office("registry")), callers(matcher)):
        refused = await refusal(Administrator(caller).start("next"))
        assert (refused.code, refused.reason) == ("PERMISSION_DENIED", "NOT_PERMITTED")
