"""What can an administrator do from the command line, whether or not a service is running?"""

from matcher.bootstrap import open_store_and_index
from matcher.config import Settings
from matcher.domain.change_token import ChangeToken
from matcher.models import ModelBundle


async def rebuild(settings: Settings) -> int:
    """Compute every embedding and the snapshot again from the stored templates.

    Returns how many fingers the index then holds.
    """
    async with open_store_and_index(settings, ModelBundle.load()) as base:
        async with base.store.write() as records:
            await records.index_source.invalidate_embeddings()
        if settings.snapshot_file is not None:
            settings.snapshot_file.unlink(missing_ok=True)
        await base.index.catch_up()
        await base.index.save_snapshot()
        return base.index.state().fingers


async def save_snapshot(settings: Settings) -> int:
    """Write a snapshot and return the number of the last change that it includes.

    Raises ValueError if no file for it is configured.
    """
    if settings.snapshot_file is None:
        raise ValueError("no snapshot_file is configured")
    async with open_store_and_index(settings, ModelBundle.load()) as base:
        await base.index.catch_up()
        await base.index.save_snapshot()
        return base.index.state().snapshot_change


async def start_new_epoch(settings: Settings) -> ChangeToken:
    """Give a restored database a new epoch, which makes change tokens given out before void."""
    async with (
        open_store_and_index(settings, ModelBundle.load()) as base,
        base.store.write() as records,
    ):
        return await records.changes.start_new_epoch()


async def first_broken_record(settings: Settings) -> int | None:
    """Return the number of the first decision record that was tampered with; None if none was."""
    async with (
        open_store_and_index(settings, ModelBundle.load()) as base,
        base.store.read() as records,
    ):
        return await records.decisions.first_broken_record()
