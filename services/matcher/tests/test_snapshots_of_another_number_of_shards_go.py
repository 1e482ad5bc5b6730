"""What the index left on disk in another number of shards is removed: it would hold the deleted."""

from pathlib import Path

import pytest
from matcher.domain.model_bundle import PACKAGED
from matcher.domain.person_part import parts_of
from matcher.index.bundle_files import bundle_snapshot_file, remove_unused, shard_snapshot_file

from .store_and_index import enrol, opened


async def _write(folder: Path, shards: int) -> None:
    file = folder / "index.snapshot"
    async with opened(folder, snapshot_file=file, index_shards=shards) as base:
        await base.index.catch_up()
        await base.index.save_snapshot()


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("index.snapshot*"))


@pytest.mark.parametrize(
    ("shards", "left"),
    [
        (1, ["index.snapshot"]),
        (2, ["index.snapshot.1-of-2", "index.snapshot.2-of-2"]),
        (3, ["index.snapshot.1-of-3", "index.snapshot.2-of-3", "index.snapshot.3-of-3"]),
    ],
)
async def test_only_those_of_the_present_number_stay(
    tmp_path: Path, shards: int, left: list[str]
) -> None:
    async with opened(tmp_path) as base:
        await enrol(base, 1)
    for each in (1, 2, 3):
        await _write(tmp_path, each)
    (tmp_path / "index.snapshot.kept-of-mine").mkdir()

    assert remove_unused(tmp_path / "index.snapshot", {PACKAGED}, shards)

    assert _names(tmp_path) == sorted([*left, "index.snapshot.kept-of-mine"])


def test_those_of_another_bundle_in_use_go_too(tmp_path: Path) -> None:
    file = tmp_path / "index.snapshot"
    of_bundle = bundle_snapshot_file(file, "next")
    for part in ("1-of-2", "1-of-4"):
        of_bundle.with_name(f"{file.name}.{part}").mkdir()

    assert remove_unused(file, {PACKAGED, "next", "not-made-yet"}, 4)

    assert [path.name for path in of_bundle.parent.iterdir()] == ["index.snapshot.1-of-4"]


def test_those_of_more_replicas_go_too(tmp_path: Path) -> None:
    file = tmp_path / "index.snapshot"
    for part in parts_of(2):
        for replica in (1, 2, 3):
            shard_snapshot_file(file, part, replica)

    assert remove_unused(file, {PACKAGED}, shards=2, replicas=2)

    assert _names(tmp_path) == [
        "index.snapshot.1-of-2",
        "index.snapshot.1-of-2.replica-2",
        "index.snapshot.2-of-2",
        "index.snapshot.2-of-2.replica-2",
    ]
