"""Which fingers does a caller mean by supplied samples, an encounter or a person?"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from servicekit.process.worker_pool import WorkerPool

from matcher.domain.decision import ProbeFinger
from matcher.domain.encounter import (
    StoredPerson,
    StoredTemplate,
    newest_of_each_position,
)
from matcher.domain.errors import EncounterNotFound, PersonNotFound, UnreadableTemplate
from matcher.domain.finger import Finger, read_stored_template, read_template
from matcher.domain.finger_source import (
    EncounterFingers,
    FingerSource,
    PersonFingers,
    Probe,
    SuppliedSamples,
)
from matcher.domain.office_scope import OfficeScope
from matcher.embedding.embedding_network import EmbeddingNetwork
from matcher.store.store import Store
from matcher.use_cases.extract_fingers import ExtractFingers


@dataclass(frozen=True, slots=True)
class ResolveProbe:
    """Turns the source of fingers that a caller names into the fingers themselves."""

    store: Store
    extract: ExtractFingers
    pool: WorkerPool
    embedding: EmbeddingNetwork

    async def __call__(self, source: FingerSource, field: str, scope: OfficeScope) -> Probe:
        """Return the fingers of a source, of stored ones the newest of each position.

        field: of the source in the request. scope: of the caller. Raises what ExtractFingers
        raises, EncounterNotFound, PersonNotFound, UnreadableTemplate.
        """
        if isinstance(source, SuppliedSamples):
            fingers = await self.extract(
                source.samples,
                f"{field}.samples.samples",
                confirmed_different=source.confirmed_different,
            )
            return probe_of(fingers)
        person = await self.stored_person(source, field, scope)
        return await self.of_person(person, field)

    async def stored_person(
        self, source: EncounterFingers | PersonFingers, field: str, scope: OfficeScope
    ) -> StoredPerson:
        """Return the person whose stored fingers are meant, with the encounters in scope to use.

        Raises EncounterNotFound, PersonNotFound.
        """
        async with self.store.read() as records:
            if isinstance(source, EncounterFingers):
                try:
                    found = await records.encounters.get(source.encounter_id, scope)
                except EncounterNotFound as error:
                    raise EncounterNotFound(error.message, field=f"{field}.encounter_id") from None
                return StoredPerson(found.person_id, {found.encounter_id: found.status})
            person = await records.encounters.person(source.person_id, scope)
        if person is None:
            raise PersonNotFound(
                "this person has no searchable encounter", field=f"{field}.person_id"
            )
        return person

    async def of_person(self, person: StoredPerson, field: str) -> Probe:
        """Return the newest of each finger of a person, with the statuses of the encounters.

        field: of the request that names it. Raises EncounterNotFound, UnreadableTemplate.
        """
        probe = await self.from_encounters(person.encounter_ids, field)
        return replace(probe, statuses=tuple(person.statuses.values()))

    async def from_encounters(self, encounter_ids: Sequence[str], field: str) -> Probe:
        """Return the newest of each finger of these encounters, given newest first.

        field: of the request that names them. Raises EncounterNotFound, UnreadableTemplate.
        """
        async with self.store.read() as records:
            templates = await records.encounters.templates(encounter_ids)
        if not templates:
            raise EncounterNotFound("the encounter was deleted just now", field=field)
        probe = await self.pool.run(stored_probe, self.embedding, templates)
        if not probe.fingers:
            raise UnreadableTemplate("no stored template can be read", field=field)
        return probe


def probe_of(fingers: tuple[Finger, ...], encounter_id: str | None = None) -> Probe:
    """Return fingers that came with a call as a probe. encounter_id: where they are now stored."""
    return Probe(
        fingers,
        tuple(recorded_as(finger.position, encounter_id, finger.template) for finger in fingers),
    )


def stored_probe(embedding: EmbeddingNetwork, templates: Sequence[StoredTemplate]) -> Probe:
    """Return the first readable template of each position as a probe."""
    readable = [
        each for each in templates if read_stored_template(each.template, each.sha256) is not None
    ]
    fingers, names = [], []
    for stored in newest_of_each_position(readable):
        minutiae = read_template(stored.template)
        embedded = embedding.embed(minutiae).astype(np.float16)
        finger = Finger(stored.position, minutiae, stored.template, embedded)
        fingers.append(finger)
        names.append(recorded_as(stored.position, stored.encounter_id, stored.template))
    is_incomplete = len(readable) < len(templates)
    return Probe(tuple(fingers), tuple(names), is_incomplete)


def recorded_as(position: int, encounter_id: str | None, template: bytes) -> ProbeFinger:
    """Return how a decision names an impression. encounter_id: None if it came with the call."""
    return ProbeFinger(position, encounter_id, hashlib.sha256(template).hexdigest())
