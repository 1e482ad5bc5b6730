"""How are all encounters of a person deleted, moved to another person, and given back?"""

from collections.abc import Callable
from dataclasses import dataclass

from servicekit.process.clock import Clock
from servicekit.process.failpoint import failpoint

from matcher.domain.change_token import ChangeToken
from matcher.domain.encounter import Encounter
from matcher.domain.errors import MergeUndone, PersonNotFound, SamePerson
from matcher.domain.merge import MadeMerge, Merge, UndoneMerge
from matcher.domain.request import RequestOrigin
from matcher.domain.status_change import require_supervisor_of_fraud
from matcher.store.store import Records, Store, StoreResponse


@dataclass(frozen=True, slots=True)
class DeletedPerson:
    """A person whose encounters were deleted, and the state of the database after that."""

    encounter_ids: tuple[str, ...]
    change_token: ChangeToken


@dataclass(frozen=True, slots=True)
class ChangePerson:
    """Changes all encounters of a person that are within the scope of the caller.

    new_id: returns an id that was never used.
    """

    store: Store
    clock: Clock
    new_id: Callable[[], str]

    async def delete(
        self, person_id: str, by: RequestOrigin, store_response: StoreResponse[DeletedPerson]
    ) -> DeletedPerson:
        """Delete all encounters of a person; no later search finds them.

        Raises PersonNotFound, SupervisorNeeded.
        """
        async with self.store.write() as records:
            encounters = await _encounters(records, person_id, by, "person_id")
            for encounter in encounters:
                require_supervisor_of_fraud(encounter, by)
                await records.encounter_changes.delete(encounter.encounter_id)
            deleted = DeletedPerson(_ids(encounters), await records.changes.head())
            await store_response(records, deleted)
        failpoint("matcher.delete_person.after_commit")
        await self.store.overwrite_deleted()
        return deleted

    async def merge(
        self,
        from_person_id: str,
        into_person_id: str,
        by: RequestOrigin,
        store_response: StoreResponse[MadeMerge],
    ) -> MadeMerge:
        """Move all encounters of a person to another one, who must have one.

        Raises SamePerson, PersonNotFound, SupervisorNeeded.
        """
        if from_person_id == into_person_id:
            raise SamePerson("a person cannot be merged with itself", field="into_person_id")
        async with self.store.write() as records:
            encounters = await _encounters(records, from_person_id, by, "from_person_id")
            await _encounters(records, into_person_id, by, "into_person_id")
            await _move(records, encounters, into_person_id, by)
            merge = Merge(
                self.new_id(), from_person_id, into_person_id, _ids(encounters), self.clock.now()
            )
            await records.merges.add(merge, by)
            made = MadeMerge(merge, await records.changes.head())
            await store_response(records, made)
        failpoint("matcher.merge_persons.after_commit")
        return made

    async def undo_merge(
        self, merge_id: str, by: RequestOrigin, store_response: StoreResponse[UndoneMerge]
    ) -> UndoneMerge:
        """Give back what a merge moved and what is still where it moved it.

        Raises MergeNotFound, MergeUndone, SupervisorNeeded.
        """
        async with self.store.write() as records:
            await records.changes.lock()
            merge = await records.merges.get(merge_id, by.scope)
            if merge.undone_at is not None:
                raise MergeUndone("this merge was undone before", field="merge_id")
            there = await records.encounters.of_person_for_change(merge.into_person_id, by.scope)
            back = tuple(each for each in there if each.encounter_id in merge.encounter_ids)
            await _move(records, back, merge.from_person_id, by)
            await records.merges.set_undone(merge_id, self.clock.now())
            undone = UndoneMerge(
                merge.from_person_id, _ids(back), merge.left(back), await records.changes.head()
            )
            await store_response(records, undone)
        failpoint("matcher.undo_merge.after_commit")
        return undone


async def _encounters(
    records: Records, person_id: str, by: RequestOrigin, field: str
) -> tuple[Encounter, ...]:
    """Return all encounters of a person; raise PersonNotFound, naming the field, without any."""
    encounters = await records.encounters.of_person_for_change(person_id, by.scope)
    if not encounters:
        raise PersonNotFound("this person has no encounter", field=field)
    return encounters


async def _move(
    records: Records, encounters: tuple[Encounter, ...], person_id: str, by: RequestOrigin
) -> None:
    """Move encounters to another person; raise SupervisorNeeded if one is known fraud."""
    for encounter in encounters:
        require_supervisor_of_fraud(encounter, by)
        await records.encounter_changes.move(encounter.encounter_id, person_id)


def _ids(encounters: tuple[Encounter, ...]) -> tuple[str, ...]:
    return tuple(encounter.encounter_id for encounter in encounters)
