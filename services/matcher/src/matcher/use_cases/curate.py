"""What happens to encounters after they were enrolled."""

from dataclasses import dataclass

from servicekit.process.failpoint import failpoint

from matcher.domain.biometrics import Encounter, EncounterStatus
from matcher.domain.change_token import ChangeToken
from matcher.use_cases.keeping import StoreAnswer
from matcher.use_cases.ports import Store


@dataclass(frozen=True, slots=True)
class Curate:
    """Shows, moves and removes encounters."""

    store: Store

    async def get(self, encounter_id: str) -> Encounter:
        """One encounter; raises EncounterNotFound."""
        async with self.store.read() as records:
            return await records.encounters.get(encounter_id)

    async def set_status(
        self,
        encounter_id: str,
        status: EncounterStatus,
        revision: int,
        keep: StoreAnswer[Encounter],
    ) -> Encounter:
        """Move an encounter. revision: seen by the caller; 0 for any.

        Raises EncounterNotFound, StaleRevision.
        """
        async with self.store.write() as records:
            encounter = await records.encounters.set_status(encounter_id, status, revision)
            await keep(records, encounter)
        failpoint("matcher.set_status.after_commit")
        return encounter

    async def delete(self, encounter_id: str, keep: StoreAnswer[ChangeToken]) -> ChangeToken:
        """Remove an encounter for good; no search finds it afterwards. Raises EncounterNotFound."""
        async with self.store.write() as records:
            change = await records.encounters.delete(encounter_id)
            await keep(records, change)
        failpoint("matcher.delete.after_commit")
        return change
