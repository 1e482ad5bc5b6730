"""How is what bundles of models that do not serve take given back?"""

from dataclasses import dataclass
from datetime import timedelta

from servicekit.process.failpoint import failpoint

from matcher.domain.errors import NotReady
from matcher.store.store import Records, StoreResponse
from matcher.use_cases.open_migration import require_none_open
from matcher.use_cases.serving_bundle import ServingBundle

_ENCOUNTERS_PER_STEP = 500
_RETRY_AFTER = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class DiscardModels:
    """Gives back what bundles that do not serve take."""

    serving: ServingBundle

    async def __call__(self, store_response: StoreResponse[int]) -> int:
        """Forget the bundle that is kept, and delete all embeddings but those of the present one.

        Returns how many were deleted. Raises MigrationInProgress.
        """
        present, deleted = self.serving.current, 0
        async with present.store.write() as records:
            await self._require_unchanged(records, present.name)
            await records.bundles.forget_other()
        while True:
            async with present.store.write() as records:
                await self._require_unchanged(records, present.name)
                some = await records.index_source.delete_other_embeddings(_ENCOUNTERS_PER_STEP)
                if not some:
                    await store_response(records, deleted)
                    return deleted
            deleted += some
            failpoint("matcher.discard_models.while_deleting")

    async def _require_unchanged(self, records: Records, name: str) -> None:
        bundles = await records.bundles.lock()
        await require_none_open(records, bundles)
        if bundles.serving_name != name:
            raise NotReady("this replica is changing its models", retry_after=_RETRY_AFTER)
