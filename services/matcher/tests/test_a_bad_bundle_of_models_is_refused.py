"""A bundle that is damaged, or that would lose people, never serves; the present one goes on."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import pytest_asyncio
from matcher.domain.errors import NoRoomForIndex
from matcher.domain.index_entry import IndexState
from matcher.index import room_for_index
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from .bundles import (
    Administrator,
    administrator_of,
    change_calibration,
    make_bundle,
    reason,
    sum_files,
)
from .caller import Caller, hits, refusal
from .conftest import Callers, Matchers
from .matcher_process import TIMEOUT_SECONDS, Matcher
from .people import fingers, given


def _damage(folder: Path) -> None:
    content = bytearray((folder / "embedding.onnx").read_bytes())
    content[len(content) // 2] ^= 1
    (folder / "embedding.onnx").write_bytes(content)


def _leave_out_a_file(folder: Path) -> None:
    (folder / "quantizer.npy").unlink()


def _leave_out_the_sums(folder: Path) -> None:
    (folder / "SHA256SUMS").unlink()


def _calibrate_another_comparison(folder: Path) -> None:
    change_calibration(folder, 1.0, comparison="constellation-0")


def _replace_a_network(folder: Path) -> None:
    (folder / "embedding.onnx").write_bytes(b"no network")
    sum_files(folder)


def _leave_out_descriptor_cells(folder: Path) -> None:
    _change_descriptor(folder, votes=np.zeros((1799, 256), np.int8))


def _leave_out_descriptor_bits(folder: Path) -> None:
    _change_descriptor(folder, threshold=np.zeros(255, np.int32))


def _change_descriptor(folder: Path, **changed: NDArray[Any]) -> None:
    with np.load(folder / "descriptor.npz") as arrays:
        np.savez(folder / "descriptor.npz", **{**arrays, **changed})
    sum_files(folder)


def _narrow_the_embeddings(folder: Path) -> None:
    """Make embeddings of one number."""

    def first(graph: onnx.GraphProto) -> None:
        (output,) = graph.output
        for name, value in (("first", 0), ("second", 1)):
            graph.initializer.append(numpy_helper.from_array(np.array([value]), name))
        names = [output.name, "first", "second", "second"]
        graph.node.append(helper.make_node("Slice", names, ["one"]))
        shape = ["touches", 1]
        narrow = helper.make_tensor_value_info("one", onnx.TensorProto.FLOAT, shape)
        output.CopyFrom(narrow)

    _change_network(folder, first)


def _rename_an_input(folder: Path) -> None:
    def rename(graph: onnx.GraphProto) -> None:
        for node in graph.node:
            node.input[:] = ["other" if name == "numbers" else name for name in node.input]
        next(each for each in graph.input if each.name == "numbers").name = "other"

    _change_network(folder, rename)


def _change_network(folder: Path, change: Callable[[onnx.GraphProto], None]) -> None:
    network = onnx.load(str(folder / "embedding.onnx"))
    change(network.graph)
    onnx.save(network, str(folder / "embedding.onnx"))
    sum_files(folder)


@pytest.fixture
def bundles(tmp_path: Path) -> Path:
    """A folder of bundles with one, `next`."""
    make_bundle(tmp_path / "bundles", "next")
    return tmp_path / "bundles"


@pytest_asyncio.fixture
async def matcher(
    matchers: Matchers, callers: Callers, someone: int, bundles: Path
) -> AsyncIterator[Matcher]:
    """A matcher with one person."""
    matcher = matchers(model_bundles_folder=bundles)
    matcher.start()
    await callers(matcher).enrol("one", fingers(someone))
    yield matcher


async def test_what_cannot_serve_is_refused_at_the_call(
    matcher: Matcher, callers: Callers, bundles: Path
) -> None:
    administrator = administrator_of(matcher, callers)
    faults: dict[Callable[[Path], None], str] = {
        _damage: "embedding.onnx is not the file that SHA256SUMS names",
        _leave_out_a_file: "quantizer.npy",
        _leave_out_the_sums: "SHA256SUMS",
        _calibrate_another_comparison: "was made for comparison constellation-0",
        _replace_a_network: "bundle",
        _leave_out_descriptor_cells: "descriptor.npz holds",
        _leave_out_descriptor_bits: "descriptor.npz holds",
        _narrow_the_embeddings: "embedding.onnx makes [[1]] numbers of a finger",
        _rename_an_input: "cannot be run",
    }

    for number, (spoil, message) in enumerate(faults.items()):
        spoil(make_bundle(bundles, f"bad-{number}"))
        refused = await refusal(administrator.start(f"bad-{number}"))
        assert (refused.code, refused.reason) == ("FAILED_PRECONDITION", "BUNDLE_UNUSABLE")
        assert refused.fields == ["bundle"]
        assert message in refused.message

    unknown = await refusal(administrator.start("nobody"))
    assert (unknown.code, unknown.reason) == ("NOT_FOUND", "BUNDLE_NOT_FOUND")
    outside = await refusal(administrator.start("../next"))
    assert (outside.code, outside.reason) == ("INVALID_ARGUMENT", "INVALID_REQUEST")
    assert await administrator.bundles() == [("packaged", "SERVING")]


async def test_one_that_loses_people_is_rejected(
    matcher: Matcher, callers: Callers, bundles: Path, someone: int
) -> None:
    administrator = administrator_of(matcher, callers)
    change_calibration(make_bundle(bundles, "flat"), 0.01)

    operation = await administrator.migrate("flat")

    assert reason(operation) == "BUNDLE_REJECTED"
    assert "does not find 1 of 1 people" in operation.error.message
    assert "by one" in operation.error.message
    await _until(administrator.bundles, [("packaged", "SERVING")])
    found = await callers(matcher).identify(given(fingers(someone, impression=1)))
    assert hits(found) == ["person-of-one"]
    assert reason(await administrator.migrate("flat")) == "BUNDLE_REJECTED"
    assert (await administrator.migrate("next")).HasField("response")


async def test_one_is_prepared_at_a_time_and_can_be_cancelled(
    matcher: Matcher, callers: Callers, bundles: Path
) -> None:
    administrator = administrator_of(matcher, callers)
    make_bundle(bundles, "other", scores=0.95)

    started = await administrator.start("next")
    await _until(administrator.bundles_but_serving, ["next"])
    refused = await refusal(administrator.start("other"))
    discarded = await administrator.discard()
    await administrator.cancel(started.name)
    cancelled = await administrator.ended(started.name)

    assert (refused.code, refused.reason) == ("FAILED_PRECONDITION", "MIGRATION_IN_PROGRESS")
    assert reason(discarded) == "MIGRATION_IN_PROGRESS"
    assert reason(cancelled) == "OPERATION_CANCELLED"
    await _until(administrator.bundles, [("packaged", "SERVING")])
    assert (await administrator.migrate("other")).HasField("response")
    assert await administrator.bundles() == [("other", "SERVING"), ("packaged", "KEPT")]


async def test_a_third_bundle_takes_the_place_of_the_one_that_is_kept(
    matcher: Matcher, callers: Callers, bundles: Path, someone: int
) -> None:
    administrator = administrator_of(matcher, callers)
    make_bundle(bundles, "other", scores=0.95)

    await administrator.migrate("next")
    await administrator.migrate("other")

    assert await administrator.bundles() == [("other", "SERVING"), ("next", "KEPT")]
    found = await callers(matcher).identify(given(fingers(someone, impression=1)))
    assert hits(found) == ["person-of-one"]


def test_a_serving_bundle_whose_files_changed_is_named_at_the_start(
    matchers: Matchers, bundles: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    matcher = matchers(model_bundles_folder=bundles)
    matcher.start()

    asyncio.run(_migrate(matcher, "next"))
    matcher.stop()
    change_calibration(bundles / "next", 0.5)
    with pytest.raises(SystemExit):
        matcher.command("serve")
    assert "the files of bundle next are not those that served" in capsys.readouterr().err

    (bundles / "next").rename(bundles / "away")
    with pytest.raises(SystemExit):
        matcher.command("serve")
    assert "there is no folder of the bundle next" in capsys.readouterr().err


def test_without_room_for_a_second_index_nothing_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_for_index, "free_memory", lambda: 999)

    room_for_index.require_room([room_for_index.room_for(IndexState(1, 1, 2, 999, None), None)])
    with pytest.raises(NoRoomForIndex, match="1000 bytes of memory, 999 are free"):
        room_for_index.require_room(
            [room_for_index.room_for(IndexState(1, 1, 2, 1000, None), None)]
        )


async def _migrate(matcher: Matcher, bundle: str) -> None:
    caller = Caller(matcher, tls=matcher.administrator())
    assert (await Administrator(caller).migrate(bundle)).HasField("response")
    await caller.close()


async def _until(what: Callable[[], Awaitable[object]], wanted: object) -> None:
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while await what() != wanted:  # noqa: ASYNC110  nothing tells of it
            await asyncio.sleep(0.02)
