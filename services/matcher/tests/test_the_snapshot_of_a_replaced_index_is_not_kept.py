"""A snapshot that is being written while its index is replaced is none of the index in use."""

import asyncio
import threading
from pathlib import Path

import pytest
from matcher.domain.errors import IndexDoubtful
from matcher.index import snapshot
from matcher.index.following_index import FollowingIndex
from matcher.index.index_loader import ignore_progress

from .store_and_index import delete_one_of_two_saved, opened


@pytest.mark.parametrize("is_doubted", [True, False])
async def test_it_is_given_up_and_another_is_due(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_doubted: bool
) -> None:
    half_written, go_on = threading.Event(), threading.Event()
    file = tmp_path / "index.snapshot"

    def pause(name: str) -> None:
        if name == "matcher.snapshot.half_written":
            half_written.set()
            assert go_on.wait(30)

    async with opened(tmp_path, snapshot_file=file) as base:
        index = base.index
        assert isinstance(index, FollowingIndex)
        await delete_one_of_two_saved(base)
        await index.catch_up()
        monkeypatch.setattr(snapshot, "failpoint", pause)
        saving = asyncio.create_task(index.save_snapshot())
        assert await asyncio.to_thread(half_written.wait, 30)

        if is_doubted:
            with pytest.raises(IndexDoubtful):
                index._drop(index._index, "a bit flipped")
            await index.catch_up()
        else:
            await index.rebuild(ignore_progress)
        go_on.set()
        await saving

        assert snapshot.describe(file).change_token.number == 2
        assert index.state().snapshot_change is None
        assert index.snapshot_is_due(1_000, 3_600.0)
        await index.save_snapshot()
        assert snapshot.describe(file).change_token.number == 3
