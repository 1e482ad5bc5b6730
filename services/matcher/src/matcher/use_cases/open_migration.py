"""Is the operation that prepares a bundle of models still open, or was it given up?"""

from contextlib import suppress

from matcher.domain.errors import MigrationInProgress, OperationNotFound
from matcher.domain.model_bundle import Bundles
from matcher.store.store import Records


async def is_given_up(records: Records, bundles: Bundles) -> bool:
    """Return whether the migration that prepares a bundle has ended without its serving."""
    if bundles.prepared is None:
        return False
    with suppress(OperationNotFound):
        return (await records.operations.get(bundles.prepared.operation_id)).state.is_finished
    return True


async def require_none_open(records: Records, bundles: Bundles, *, but_by: str = "") -> None:
    """Raise MigrationInProgress if an operation that is still open prepares a bundle.

    but_by: id of the operation that may.
    """
    prepared = bundles.prepared
    if prepared is None or prepared.operation_id == but_by:
        return
    if not await is_given_up(records, bundles):
        raise MigrationInProgress(f"the bundle {prepared.name} is being prepared")
