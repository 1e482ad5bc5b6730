"""A damaged, foreign or outdated snapshot costs time, never a wrong answer."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from matcher.index import snapshot
from matcher.store.change_log import EncounterTemplates

from .store_and_index import VERSION, enrol, nearest, opened

PEOPLE = range(1, 6)
Damage = Callable[[bytes], bytes]


async def _snapshot(folder: Path) -> Path:
    path = folder / "index.snapshot"
    async with opened(folder, snapshot_file=path) as base:
        for person in PEOPLE:
            await enrol(base, person)
        await base.follower.catch_up()
        await base.follower.save()
    return path


def _relabelled(**changed: object) -> Damage:
    """Another label with a checksum that fits: made with care by somebody else."""

    def relabel(content: bytes) -> bytes:
        line, _, payload = content.partition(b"\n")
        header = json.loads(line) | changed
        header.pop("sha256")
        header["sha256"] = snapshot.digest(header, payload)
        return json.dumps(header).encode() + b"\n" + payload

    return relabel


def _one_bit_turned(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


DAMAGES: dict[str, Damage] = {
    "empty": lambda content: b"",
    "cut off": lambda content: content[: len(content) // 2],
    "one bit": _one_bit_turned,
    "garbage": lambda content: b"\x00\xff" * 5000,
    "not json": lambda content: b"[]\n" + content,
    "label only": lambda content: content.replace(b'"change": 5', b'"change": 4', 1),
    "another database": _relabelled(database_epoch="0" * 32),
    "another model": _relabelled(embedding_version="model-0"),
    "another comparison": _relabelled(comparison_version="comparison-0"),
    "a later state": _relabelled(change=99),
    "another format": _relabelled(format="matcher-index-1"),
    "wrong count": _relabelled(encounters=4),
}


async def test_a_whole_one_is_used(tmp_path: Path) -> None:
    path = await _snapshot(tmp_path)

    async with opened(tmp_path, snapshot_file=path) as base:
        await enrol(base, 6)

        assert await nearest(base, 6) == (
            ["person-6", *(await nearest(base, 6))[0][1:]],
            6,
        )
        assert base.follower.state().snapshot_change == len(PEOPLE)


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
async def test_another_is_not(tmp_path: Path, damage: Damage) -> None:
    path = await _snapshot(tmp_path)
    path.write_bytes(damage(path.read_bytes()))

    async with opened(tmp_path, snapshot_file=path) as base:
        for person in PEOPLE:
            found, people = await nearest(base, person)
            assert found[0] == f"person-{person}"
            assert people == len(PEOPLE)
        assert base.follower.state().snapshot_change == 0


async def test_another_model_makes_embeddings_anew(tmp_path: Path) -> None:
    path = await _snapshot(tmp_path)

    async with opened(tmp_path, version="model-2", snapshot_file=path) as base:
        await base.follower.catch_up()
        async with base.store.read() as records:
            new = await records.changes.entries_after(0, 100, "model-2")
            old = await records.changes.entries_after(0, 100, VERSION)

    assert base.follower.state().people == len(PEOPLE)
    assert (_stale(new), _stale(old)) == (0, len(PEOPLE))


async def test_another_comparison_prepares_fingers_anew(tmp_path: Path) -> None:
    path = await _snapshot(tmp_path)

    async with opened(tmp_path, comparison="comparison-2", snapshot_file=path) as base:
        await base.follower.catch_up()

        assert base.follower.state().snapshot_change == 0
        await base.follower.save()

    async with opened(tmp_path, comparison="comparison-2", snapshot_file=path) as base:
        await base.follower.catch_up()

        assert base.follower.state().snapshot_change == len(PEOPLE)


def _stale(stored: list[EncounterTemplates]) -> int:
    return sum(kept.embedding is None for one in stored for kept in one.fingers.values())
