"""How is the status of an encounter set, and how is an encounter deleted?"""

from dataclasses import dataclass

from servicekit.process.failpoint import failpoint

from matcher.domain.change_token import ChangeToken
from matcher.domain.encounter import Encounter, EncounterStatus
from matcher.store.store import Store, StoreResponse


@dataclass(frozen=True, slots=True)
class SetEncounterStatus:
    """Sets the status of stored encounters."""

    store: Store

    async def __call__(
        self,
        encounter_id: str,
        status: EncounterStatus,
        revision: int,
        store_response: StoreResponse[Encounter],
    ) -> Encounter:
        """Set a status and return the encounter. revision: seen by the caller; 0 for any.

        Raises EncounterNotFound, StaleRevision.
        """
        async with self.store.write() as records:
            encounter = await records.encounters.set_status(encounter_id, status, revision)
            await store_response(records, encounter)
        failpoint("matcher.set_status.after_commit")
        return encounter


@dataclass(frozen=True, slots=True)
class DeleteEncounter:
    """Deletes stored encounters."""

    store: Store

    async def __call__(
        self, encounter_id: str, store_response: StoreResponse[ChangeToken]
    ) -> ChangeToken:
        """Delete an encounter and return the token of that change; no later search finds it.

        Raises EncounterNotFound.
        """
        async with self.store.write() as records:
            change = await records.encounters.delete(encounter_id)
            await store_response(records, change)
        failpoint("matcher.delete.after_commit")
        return change
