"""How are stored encounters changed and deleted?"""

from dataclasses import dataclass

from servicekit.process.clock import Clock
from servicekit.process.failpoint import failpoint

from matcher.domain.change_token import ChangeToken
from matcher.domain.encounter import Encounter, EncounterStatus
from matcher.domain.errors import SamePerson
from matcher.domain.finger import FingerSample
from matcher.domain.request import RequestOrigin
from matcher.domain.status_change import (
    StatusChange,
    check_status_change,
    require_supervisor_of_fraud,
)
from matcher.store.encounter_changes import EncounterContents
from matcher.store.store import Store, StoreResponse
from matcher.use_cases.extract_fingers import ExtractFingers
from matcher.use_cases.readiness import Readiness, ServiceLevel


@dataclass(frozen=True, slots=True)
class DeletedEncounter:
    """An encounter that was deleted, and the state of the database after that."""

    person_id: str
    change_token: ChangeToken


@dataclass(frozen=True, slots=True)
class ChangeEncounter:
    """Changes and deletes stored encounters within the scope of the caller.

    Every method raises EncounterNotFound; those with a revision StaleRevision. revision: seen by
    the caller; 0 for any.
    """

    store: Store
    extract: ExtractFingers
    readiness: Readiness
    clock: Clock

    async def replace(
        self,
        encounter_id: str,
        samples: tuple[FingerSample, ...] | None,
        galleries: tuple[str, ...] | None,
        revision: int,
        by: RequestOrigin,
        store_response: StoreResponse[Encounter],
    ) -> Encounter:
        """Replace all fingers, or all galleries, or both, and return the encounter.

        None leaves them as they are. Raises what ExtractFingers raises, SupervisorNeeded, NotReady.
        """
        contents = EncounterContents(galleries=galleries)
        if samples is not None:
            self.readiness.require(ServiceLevel.VERIFY_ONLY)
            async with self.store.read() as records:
                await records.encounters.get(encounter_id, by.scope)  # before the costly extraction
            fingers = await self.extract(samples, "samples")
            contents = EncounterContents(samples, fingers, galleries)
        async with self.store.write() as records:
            found = await records.encounters.get_for_change(encounter_id, by.scope, revision)
            require_supervisor_of_fraud(found, by)
            await records.encounter_changes.replace(encounter_id, contents)
            encounter = await records.encounters.get(encounter_id, by.scope)
            await store_response(records, encounter)
        failpoint("matcher.update_encounter.after_commit")
        await self.store.overwrite_deleted()
        return encounter

    async def move(
        self,
        encounter_id: str,
        person_id: str,
        revision: int,
        by: RequestOrigin,
        store_response: StoreResponse[Encounter],
    ) -> Encounter:
        """Move an encounter to another person, who may be new, and return it.

        Raises SamePerson, SupervisorNeeded.
        """
        async with self.store.write() as records:
            found = await records.encounters.get_for_change(encounter_id, by.scope, revision)
            if found.person_id == person_id:
                raise SamePerson("the encounter belongs to this person", field="person_id")
            require_supervisor_of_fraud(found, by)
            await records.encounter_changes.move(encounter_id, person_id)
            encounter = await records.encounters.get(encounter_id, by.scope)
            await store_response(records, encounter)
        failpoint("matcher.move_encounter.after_commit")
        return encounter

    async def set_status(
        self,
        encounter_id: str,
        status: EncounterStatus,
        revision: int,
        reason: str,
        by: RequestOrigin,
        store_response: StoreResponse[Encounter],
    ) -> Encounter:
        """Set a status and return the encounter; what has this status already stays as it is.

        Raises StatusChangeNotAllowed, ReasonNeeded, SupervisorNeeded.
        """
        async with self.store.write() as records:
            encounter = await records.encounters.get_for_change(encounter_id, by.scope, revision)
            if encounter.status is not status:
                check_status_change(encounter, status, reason, by)
                made = StatusChange(
                    encounter_id, encounter.status, status, reason, by, self.clock.now()
                )
                change = await records.encounter_changes.set_status(encounter_id, status)
                await records.encounter_changes.record_status_change(made, change)
                encounter = await records.encounters.get(encounter_id, by.scope)
            await store_response(records, encounter)
        failpoint("matcher.set_status.after_commit")
        return encounter

    async def delete(
        self,
        encounter_id: str,
        by: RequestOrigin,
        store_response: StoreResponse[DeletedEncounter],
    ) -> DeletedEncounter:
        """Delete an encounter with its key; no later search finds it. Raises SupervisorNeeded."""
        async with self.store.write() as records:
            encounter = await records.encounters.get_for_change(encounter_id, by.scope)
            require_supervisor_of_fraud(encounter, by)
            change = await records.encounter_changes.delete(encounter_id)
            deleted = DeletedEncounter(encounter.person_id, change)
            await store_response(records, deleted)
        failpoint("matcher.delete.after_commit")
        await self.store.overwrite_deleted()
        return deleted
