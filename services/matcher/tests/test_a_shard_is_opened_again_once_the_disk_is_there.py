"""A process of a shard that found no folder for its snapshots says so, and begins with one."""

from pathlib import Path

import pytest
from matcher.domain.errors import NotReady
from matcher.domain.model_bundle import PACKAGED
from matcher.domain.person_part import parts_of
from matcher.model_bundles import ModelBundles, versions_of
from matcher.shard_process import Refusal, ShardProcess, ShardStatus

from .models import models
from .store_and_index import enrol, opened, settings_of


async def test_the_next_who_asks_opens_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ModelBundles, "load", lambda *_: models())
    disk = tmp_path / "disk"
    settings = settings_of(tmp_path, snapshot_file=disk / "index.snapshot", index_shards=2)
    async with opened(tmp_path) as base:
        await enrol(base, 1)
        part = parts_of(2)[0]
        process = ShardProcess(
            settings.model_dump_json(), PACKAGED, versions_of(models().versions), part
        )
        refusal = await process.catch_up()
        assert isinstance(refusal, Refusal)
        with pytest.raises(NotReady, match="shard 1-of-2 failed: FileNotFoundError"):
            raise refusal.error()

        disk.mkdir()

        assert isinstance(await process.catch_up(), ShardStatus)
        await process.close()
