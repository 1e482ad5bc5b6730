"""A damaged, foreign or outdated snapshot costs time, never a wrong answer."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from matcher.bootstrap import StoreAndIndex
from matcher.index import snapshot
from matcher.models import ModelBundle
from matcher.store.index_source import IndexedEncounter, IndexSource

from .models import models
from .store_and_index import (
    INDEX,
    enrol,
    finger,
    opened,
    other_comparison,
    other_embedding,
    other_quantizer,
    shortlisted,
)

PEOPLE = range(1, 6)
Damage = Callable[[bytes], bytes]


async def _snapshot(folder: Path) -> Path:
    path = folder / "index.snapshot"
    async with opened(folder, snapshot_file=path) as base:
        for person in PEOPLE:
            await enrol(base, person)
        await base.index.catch_up()
        await base.index.save_snapshot()
    return path


def _relabelled(**changed: object) -> Damage:
    """Another header with a checksum that fits: made with care by somebody else."""

    def relabel(content: bytes) -> bytes:
        line, _, archive = content.partition(b"\n")
        header = json.loads(line) | changed
        header = {name: value for name, value in header.items() if value is not None}
        header.pop("sha256")
        header["sha256"] = snapshot.digest(header, io.BytesIO(archive))
        return json.dumps(header).encode() + b"\n" + archive

    return relabel


def _one_bit_turned(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


DAMAGES: dict[str, tuple[Damage, str]] = {
    "empty": (lambda content: b"", "it is damaged: Expecting value: line 1 column 1 (char 0)"),
    "cut off": (
        lambda content: content[: len(content) // 2],
        "it is damaged: its checksum does not fit",
    ),
    "one bit": (_one_bit_turned, "it is damaged: its checksum does not fit"),
    "garbage": (
        lambda content: b"\x80\xff" * 5000,
        "it is damaged: 'utf-8' codec can't decode byte 0x80 in position 0: invalid start byte",
    ),
    "not a header": (lambda content: b"[]\n" + content, "it is of another format"),
    "endless lists": (
        lambda content: b"[" * 100_000 + b"\n" + content,
        "it is damaged: maximum recursion depth exceeded while decoding a JSON array "
        "from a unicode string",
    ),
    "header only": (
        lambda content: content.replace(b'"change": 5', b'"change": 4', 1),
        "it is damaged: its checksum does not fit",
    ),
    "a header without a field": (
        _relabelled(database_epoch=None),
        "it is damaged: 'database_epoch'",
    ),
    "another database": (_relabelled(database_epoch="0" * 32), "it is of another database"),
    "another model": (
        _relabelled(embedding_version="model-0"),
        "its embeddings are of another model",
    ),
    "another comparison": (
        _relabelled(comparison_version="comparison-0"),
        "its fingers were prepared for another comparison",
    ),
    "another quantizer": (
        _relabelled(quantizer_version="quantizer-0"),
        "its descriptors are listed by another quantizer",
    ),
    "a later state": (_relabelled(change=6), "it is of a later state than the database"),
    "another past": (_relabelled(log_hash="0" * 12), "its past is not that of the database"),
    "another format": (_relabelled(format="matcher-index-1"), "it is of another format"),
    "an endless change": (
        _relabelled(change=float("-inf")),
        "it is damaged: cannot convert float infinity to integer",
    ),
    "wrong count": (_relabelled(encounters=4), "it is damaged: its count does not fit"),
}


async def test_a_whole_one_is_used(tmp_path: Path) -> None:
    path = await _snapshot(tmp_path)

    async with opened(tmp_path, snapshot_file=path) as base:
        await enrol(base, 6)

        assert await shortlisted(base, 6) == (
            ["person-6", *(await shortlisted(base, 6))[0][1:]],
            6,
        )
        assert base.index.state().snapshot_change == len(PEOPLE)


@pytest.mark.parametrize(("damage", "reason"), DAMAGES.values(), ids=DAMAGES.keys())
async def test_another_is_not_and_the_reason_is_named(
    tmp_path: Path, damage: Damage, reason: str
) -> None:
    path = await _snapshot(tmp_path)
    path.write_bytes(damage(path.read_bytes()))

    async with opened(tmp_path, snapshot_file=path) as base:
        with pytest.raises(snapshot.UnusableSnapshot) as unusable:
            snapshot.read(path, await _header(base))
        assert str(unusable.value) == reason
        for person in PEOPLE:
            found, people = await shortlisted(base, person)
            assert found[0] == f"person-{person}"
            assert people == len(PEOPLE)
        assert base.index.state().snapshot_change is None


async def test_none_at_all_is_named_too(tmp_path: Path) -> None:
    async with opened(tmp_path) as base:
        with pytest.raises(snapshot.UnusableSnapshot, match=r"^there is none$"):
            snapshot.read(tmp_path / "index.snapshot", await _header(base))


async def _header(base: StoreAndIndex) -> snapshot.SnapshotHeader:
    async with base.store.read() as records:
        head = await records.changes.head()
    versions = models().versions
    return snapshot.SnapshotHeader(
        head.database_epoch,
        head.number,
        head.log_hash,
        versions.embedding,
        versions.comparison,
        versions.quantizer,
    )


async def test_another_model_computes_embeddings_again(tmp_path: Path) -> None:
    path = await _snapshot(tmp_path)

    async with opened(tmp_path, using=other_embedding("model-2"), snapshot_file=path) as base:
        await base.index.catch_up()
        async with base.store.read() as records:
            new, old = [
                await IndexSource(records.transaction, records.keys, version).added_after(0, 100)
                for version in ("model-2", models().versions.embedding)
            ]

    assert base.index.state().people == len(PEOPLE)
    assert (_outdated(new), _outdated(old)) == (0, 0)
    for person, encounter in zip(PEOPLE, new, strict=True):
        embedding = encounter.fingers[INDEX].embedding
        assert embedding is not None
        assert np.abs(embedding - finger(person).embedding).max() < 1e-3


async def test_another_comparison_prepares_fingers_again(tmp_path: Path) -> None:
    path = await _snapshot(tmp_path)
    await _assert_written_again(path, other_comparison("another-comparison"))


async def test_another_quantizer_lists_descriptors_again(tmp_path: Path) -> None:
    path = await _snapshot(tmp_path)

    await _assert_written_again(path, other_quantizer("another-quantizer"))


async def _assert_written_again(path: Path, other: ModelBundle) -> None:
    """The snapshot is of no use to these models, until they have written it anew."""
    tmp_path = path.parent
    async with opened(tmp_path, using=other, snapshot_file=path) as base:
        await base.index.catch_up()

        assert base.index.state().snapshot_change is None
        await base.index.save_snapshot()

    async with opened(tmp_path, using=other, snapshot_file=path) as base:
        await base.index.catch_up()

        assert base.index.state().snapshot_change == len(PEOPLE)


def _outdated(stored: list[IndexedEncounter]) -> int:
    return sum(finger.embedding is None for one in stored for finger in one.fingers.values())
