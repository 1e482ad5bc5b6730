"""What an administrator does from the command line, beside or without a running service."""

from matcher.bootstrap import open_store_and_index
from matcher.config import Settings
from matcher.domain.change_token import ChangeToken
from matcher.models import ModelBundle


async def rebuild(settings: Settings) -> int:
    """Make every embedding and the snapshot anew from the stored templates; returns fingers."""
    async with open_store_and_index(settings, ModelBundle.load()) as base:
        async with base.store.write() as records:
            await records.changes.forget_embeddings()
        if settings.snapshot_file is not None:
            settings.snapshot_file.unlink(missing_ok=True)
        await base.follower.catch_up()
        await base.follower.save()
        return base.follower.state().fingers


async def snapshot(settings: Settings) -> int:
    """Write a snapshot; returns its change number. Raises ValueError if no file is configured."""
    if settings.snapshot_file is None:
        raise ValueError("no snapshot_file is configured")
    async with open_store_and_index(settings, ModelBundle.load()) as base:
        await base.follower.catch_up()
        await base.follower.save()
        return base.follower.state().snapshot_change


async def restored(settings: Settings) -> ChangeToken:
    """Give a restored database a name of its own: what callers remember of the old one is void."""
    async with (
        open_store_and_index(settings, ModelBundle.load()) as base,
        base.store.write() as records,
    ):
        return await records.changes.start_new_epoch()


async def audit(settings: Settings) -> int | None:
    """The number of the first decision record that was tampered with; None if none was."""
    async with (
        open_store_and_index(settings, ModelBundle.load()) as base,
        base.store.read() as records,
    ):
        return await records.decisions.first_break()
