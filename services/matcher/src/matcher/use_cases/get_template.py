"""How does a caller get the template of a stored finger, in either edition?"""

from dataclasses import dataclass

from servicekit.process.worker_pool import WorkerPool

from matcher.domain.encounter import StoredTemplate
from matcher.domain.errors import FingerNotFound, UnreadableTemplate
from matcher.domain.finger import read_stored_template
from matcher.domain.office_scope import OfficeScope
from matcher.record import iso19794
from matcher.store.store import Store


@dataclass(frozen=True, slots=True)
class PersonTemplate:
    """A template, and the person whose it is."""

    person_id: str
    template: bytes


@dataclass(frozen=True, slots=True)
class GetTemplate:
    """Reads templates of stored fingers."""

    store: Store
    pool: WorkerPool

    async def __call__(
        self, encounter_id: str, position: int, edition: iso19794.Edition, scope: OfficeScope
    ) -> PersonTemplate:
        """Return the template of a finger as a record of ISO/IEC 19794-2.

        Raises EncounterNotFound, FingerNotFound, UnreadableTemplate.
        """
        async with self.store.read() as records:
            encounter = await records.encounters.get(encounter_id, scope)
            stored = await records.encounters.templates([encounter_id])
        template = await self.pool.run(_record, _of_position(stored, position), edition)
        return PersonTemplate(encounter.person_id, template)


def _of_position(stored: list[StoredTemplate], position: int) -> StoredTemplate:
    for each in stored:
        if each.position == position:
            return each
    raise FingerNotFound("the encounter has no template of this finger", field="position")


def _record(stored: StoredTemplate, edition: iso19794.Edition) -> bytes:
    if read_stored_template(stored.template, stored.sha256) is None:
        raise UnreadableTemplate("the stored template cannot be read", field="position")
    if edition is iso19794.Edition.Y2011:  # which they are stored in
        return stored.template
    return iso19794.write(*iso19794.read(stored.template), edition=edition)
