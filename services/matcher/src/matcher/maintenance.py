"""What can an administrator do from the command line, whether or not a service is running?"""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from servicekit.storage.database import Database

from matcher.bootstrap import (
    ServingModels,
    StoreAndIndex,
    load_serving_models,
    open_store_and_index,
)
from matcher.config import Settings
from matcher.domain.change_token import ChangeToken
from matcher.domain.decision import DecisionPage
from matcher.domain.office_scope import ALL_OFFICES
from matcher.domain.replay import Replay, ReplayResult
from matcher.domain.searched_content import ContentSums
from matcher.models import ModelBundle
from matcher.replay_by_version import ReplayByVersion
from matcher.store.master_key_file import read_master_key
from matcher.store.store import Store

_ENCOUNTERS_PER_TRANSACTION = 200
_DECISIONS_PER_PAGE = 100


class BrokenChain(Exception):
    """A chain of hashes does not hold; the message says where."""


async def encrypt_stored(settings: Settings) -> int:
    """Encrypt biometric data that an earlier version stored in clear.

    Returns how many encounters had such. Afterwards the database can be used with this master key
    only. Raises ValueError if it is encrypted under another one.
    """
    master_key = read_master_key(settings.master_key_file, settings.master_key_token)
    database, encrypted = Database(settings.database_url), 0
    store = Store(database, "", master_key)
    try:
        async with store.write() as records:
            await records.keys.adopt_master_key()
        while True:
            async with store.write() as records:
                some = await records.keys.encrypt_some(_ENCOUNTERS_PER_TRANSACTION)
            encrypted += some
            if not some:
                break
        await database.overwrite_deleted()
        return encrypted
    finally:
        await database.close()


@asynccontextmanager
async def _open_decryptable(
    settings: Settings,
) -> AsyncIterator[tuple[StoreAndIndex, ServingModels]]:
    """Open the database and the index, for what reads templates or writes embeddings.

    Raises ValueError if the database is encrypted under another master key, or not at all.
    """
    serving = await load_serving_models(settings)
    async with open_store_and_index(settings, serving.models, serving.bundle) as base:
        async with base.store.read() as records:
            await records.keys.require_master_key()
        yield base, serving


async def rebuild(settings: Settings) -> int:
    """Compute every embedding and the snapshot again from the stored templates.

    Returns how many fingers the index then holds. Raises ValueError, and changes nothing, if the
    database is encrypted under another master key.
    """
    async with _open_decryptable(settings) as (base, _):
        async with base.store.write() as records:
            await records.index_source.invalidate_embeddings()
        for part in base.index_parts:
            part.remove_snapshot()
        await base.index.catch_up()
        await base.index.save_snapshot()
        return base.index.state().fingers


async def save_snapshot(settings: Settings) -> int:
    """Write a snapshot and return the number of the last change that it includes.

    Raises ValueError if no file for it is configured, or the master key is another.
    """
    if settings.snapshot_file is None:
        raise ValueError("no snapshot_file is configured")
    async with _open_decryptable(settings) as (base, _):
        await base.index.catch_up()
        return (await base.index.snapshot_of_now()).change_token.number


async def start_new_epoch(settings: Settings) -> ChangeToken:
    """Give a restored database a new epoch, which makes change tokens given out before void."""
    async with (
        open_store_and_index(settings, ModelBundle.load()) as base,
        base.store.write() as records,
    ):
        return await records.changes.start_new_epoch()


async def recount(settings: Settings) -> ContentSums:
    """Take the rows of the database for what its changes left, and return their sums.

    For after the rows were repaired by hand, which the index otherwise refuses to serve.
    """
    async with (
        open_store_and_index(settings, ModelBundle.load()) as base,
        base.store.write() as records,
    ):
        await records.changes.lock()
        sums = await records.contents.sums()
        await records.changes.set_sums(sums)
        return sums


async def replay(
    settings: Settings, day: date, report: Callable[[Replay], None]
) -> Counter[ReplayResult]:
    """Make the decisions of a day again, and return how many of them had which result.

    day: of business time in UTC. report: is given each replay. Raises BrokenChain if a
    record may have been tampered with, ValueError if the master key is another.
    """
    results: Counter[ReplayResult] = Counter()
    begin = datetime.combine(day, time(), UTC)
    page = DecisionPage(0, _DECISIONS_PER_PAGE, begin, begin + timedelta(days=1))
    async with _open_decryptable(settings) as (base, serving):
        async with base.store.read() as records:
            broken = await records.decisions.first_broken_record()
        if broken is not None:
            raise BrokenChain(_broken_decisions(broken))
        replay_decision = ReplayByVersion(settings, base, serving)
        while True:
            async with base.store.read() as records:
                found = await records.decisions.page(page, ALL_OFFICES)
            for number, recorded in found:
                result = await replay_decision(recorded.decision)
                results[result.result] += 1
                report(result)
                page = replace(page, after=number)
            if len(found) < page.size:
                return results


async def find_break(settings: Settings) -> str:
    """Return where a chain of hashes shows tampering, in words; empty if none does.

    Decision records and the change log are chained.
    """
    async with (
        open_store_and_index(settings, ModelBundle.load()) as base,
        base.store.read() as records,
    ):
        if (number := await records.decisions.first_broken_record()) is not None:
            return _broken_decisions(number)
        return await records.changes.find_break()


def _broken_decisions(number: int) -> str:
    return f"the chain of decision records is broken at record {number}"
