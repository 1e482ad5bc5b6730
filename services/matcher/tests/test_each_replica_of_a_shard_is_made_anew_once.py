"""Every process of a shard is made anew, though searches ask another one first each time."""

from pathlib import Path

from matcher.domain.shortlist import SearchScope

from .shard_processes import replicated
from .store_and_index import DEPTH, enrol, features, opened


async def test_searches_meanwhile_change_nothing_of_it(tmp_path: Path) -> None:
    shares: list[float] = []
    async with opened(tmp_path) as base:
        await enrol(base, 1)
        async with replicated(base, tmp_path, replicas=2) as (index, processes):
            await index.catch_up()

            async def report(share: float) -> None:
                shares.append(share)
                await index.search(features(1), SearchScope(), DEPTH, seconds_left=60)

            await index.rebuild(report)

            assert [process.asked.count("rebuild") for process in processes] == [1, 1]
            assert shares == sorted(shares)
