"""A change of models goes on where it was when its process is killed, in whichever step."""

from pathlib import Path

import pytest
from matcher.embedding.embedding_network import EMBEDDING_FILE, EmbeddingNetwork

from .bundles import administrator_of, embeddings_by_version, make_bundle
from .caller import hits
from .conftest import Callers, Matchers
from .people import fingers, given

KILLED = -9
ENCOUNTERS = 40
FEW = {"max_persons_prefiltered": 1, "max_persons_similar": 1, "max_persons_voted": 1}

STEPS = [
    "matcher.migrate_model.while_embedding",
    pytest.param("matcher.migrate_model.embedded", marks=pytest.mark.slow),
    pytest.param("matcher.migrate_model.while_loading", marks=pytest.mark.slow),
    pytest.param("matcher.migrate_model.before_trial", marks=pytest.mark.slow),
    pytest.param("matcher.migrate_model.before_switch", marks=pytest.mark.slow),
    "matcher.migrate_model.after_switch",
    pytest.param("matcher.migrate_model.after_change", marks=pytest.mark.slow),
]


@pytest.mark.parametrize("step", STEPS)
async def test_it_is_finished_after_the_next_start(
    matchers: Matchers, callers: Callers, someone: int, tmp_path: Path, step: str
) -> None:
    folder = make_bundle(tmp_path / "bundles", "next")
    matcher = matchers(model_bundles_folder=tmp_path / "bundles", **FEW)
    matcher.start(failpoints=step)
    caller = callers(matcher)
    for number in range(ENCOUNTERS):
        impression = fingers(someone + number % 5, number // 5)
        await caller.enrol(f"{number}", impression, person_id=f"person-{number % 5}")

    started = await administrator_of(matcher, callers).start("next")
    assert matcher.wait_for_end() == KILLED
    matcher.start()
    operation = await administrator_of(matcher, callers).ended(started.name)

    assert operation.HasField("response"), operation
    bundles = await administrator_of(matcher, callers).bundles()
    assert bundles == [("next", "SERVING"), ("packaged", "KEPT")]
    found = await callers(matcher).identify(given(fingers(someone, impression=9)))
    assert hits(found) == ["person-0"]
    versions = [
        EmbeddingNetwork.load(file).version for file in (EMBEDDING_FILE, folder / "embedding.onnx")
    ]
    assert embeddings_by_version(matcher) == dict.fromkeys(versions, 2 * ENCOUNTERS)


async def test_what_was_being_discarded_is_gone_after_the_next_start(
    matchers: Matchers, callers: Callers, someone: int, tmp_path: Path
) -> None:
    make_bundle(tmp_path / "bundles", "next")
    matcher = matchers(model_bundles_folder=tmp_path / "bundles")
    matcher.start(failpoints="matcher.discard_models.while_deleting")
    await callers(matcher).enrol("one", fingers(someone))
    await administrator_of(matcher, callers).migrate("next")
    assert len(embeddings_by_version(matcher)) == 2

    with pytest.raises(Exception, match="UNAVAILABLE"):
        await administrator_of(matcher, callers).discard()
    assert matcher.wait_for_end() == KILLED
    matcher.start()
    await administrator_of(matcher, callers).discard()

    assert await administrator_of(matcher, callers).bundles() == [("next", "SERVING")]
    assert len(embeddings_by_version(matcher)) == 1
    assert not (matcher.folder / "index.snapshot").exists()
