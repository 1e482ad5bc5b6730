"""The database is put back to a backup while replicas run: none finds anybody who is not in it."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from matcher.bootstrap import StoreAndIndex
from matcher.domain.errors import ForeignChangeToken, IndexDoubtful
from matcher.use_cases.readiness import Readiness, ServiceLevel
from matcher.use_cases.supervise_index import SuperviseIndex

from services.databases import SERVER, database_of, restored_from_copy

from .store_and_index import enrol, opened, shortlisted

pytestmark = pytest.mark.skipif(
    not SERVER, reason="a SQLite file belongs to one process; test_a_foreign_past_is_not_searched"
)

REPLICAS = 3


async def _is_refused(replica: StoreAndIndex) -> bool:
    try:
        await shortlisted(replica, 2)
    except IndexDoubtful:
        return True
    return False


@pytest.mark.parametrize("others", [[], [11], [11, 12, 13]], ids=["shorter", "as long", "longer"])
async def test_each_refuses_and_then_searches_what_is_there(
    tmp_path: Path, others: list[int]
) -> None:
    async with opened(tmp_path) as base:
        await enrol(base, 1)
    async with AsyncExitStack() as stack:
        with restored_from_copy(database_of(tmp_path / "matcher.sqlite")) as restore:
            replicas = [await stack.enter_async_context(opened(tmp_path)) for _ in range(REPLICAS)]
            levels = [Readiness() for _ in replicas]
            supervisors = [
                SuperviseIndex(replica.store, replica.index, readiness)
                for replica, readiness in zip(replicas, levels, strict=True)
            ]
            lost = await enrol(replicas[0], 2)
            for replica, supervisor in zip(replicas, supervisors, strict=True):
                await supervisor.check()
                assert await shortlisted(replica, 2) == (["person-2", "person-1"], 2)

            await asyncio.to_thread(restore)
        for person in others:
            await enrol(replicas[0], person)
        asked, *idle = zip(replicas, supervisors, levels, strict=True)
        assert await _is_refused(asked[0])
        for _, supervisor, readiness in idle:
            await supervisor.check()
            assert readiness.level is ServiceLevel.VERIFY_ONLY

        for replica, supervisor, readiness in (asked, *idle):
            await supervisor.check()
            assert readiness.level is ServiceLevel.FULL
            found, people = await shortlisted(replica, 2)
            assert "person-2" not in found
            assert people == 1 + len(others)
            async with replica.store.read() as records:
                with pytest.raises(ForeignChangeToken):
                    await records.changes.require_included(lost.change_token)
