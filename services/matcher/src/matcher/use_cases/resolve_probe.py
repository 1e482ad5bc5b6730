"""Which fingers does a caller mean by supplied samples, an encounter or a person?"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from servicekit.process.worker_pool import WorkerPool

from matcher.domain.decision import ProbeFinger
from matcher.domain.encounter import (
    EncounterStatus,
    StoredPerson,
    StoredTemplate,
    newest_of_each_position,
)
from matcher.domain.errors import EncounterNotFound, PersonNotFound
from matcher.domain.finger import Finger, read_template
from matcher.domain.finger_source import (
    EncounterFingers,
    FingerSource,
    PersonFingers,
    Probe,
    SuppliedSamples,
)
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

    async def __call__(self, source: FingerSource, field: str) -> Probe:
        """Return the fingers of a source, of stored ones the newest of each position.

        field: of the source in the request. Raises what ExtractFingers raises, EncounterNotFound,
        PersonNotFound.
        """
        if isinstance(source, SuppliedSamples):
            return probe_of(await self.extract(source.samples, f"{field}.samples.samples"))
        person = await self.stored_person(source, field)
        return await self.from_encounters(person.encounter_ids, field)

    async def stored_person(
        self, source: EncounterFingers | PersonFingers, field: str
    ) -> StoredPerson:
        """Return the person whose stored fingers are meant, with the encounters to use.

        Raises EncounterNotFound, PersonNotFound.
        """
        async with self.store.read() as records:
            if isinstance(source, EncounterFingers):
                try:
                    found = await records.encounters.get(source.encounter_id)
                except EncounterNotFound as error:
                    raise EncounterNotFound(error.message, field=f"{field}.encounter_id") from None
                is_fraud = found.status is EncounterStatus.FRAUD
                return StoredPerson(found.person_id, (found.encounter_id,), is_fraud)
            person = await records.encounters.person(source.person_id)
        if person is None:
            raise PersonNotFound(
                "this person has no searchable encounter", field=f"{field}.person_id"
            )
        return person

    async def from_encounters(self, encounter_ids: Sequence[str], field: str) -> Probe:
        """Return the newest of each finger of these encounters, given newest first.

        field: of the request that names them. Raises EncounterNotFound.
        """
        async with self.store.read() as records:
            templates = await records.encounters.templates(encounter_ids)
        if not templates:
            raise EncounterNotFound("the encounter was deleted just now", field=field)
        return await self.pool.run(_stored_probe, self.embedding, templates)


def probe_of(fingers: tuple[Finger, ...], encounter_id: str | None = None) -> Probe:
    """Return fingers that came with a call as a probe. encounter_id: where they are now stored."""
    return Probe(fingers, tuple(_recorded_as(finger, encounter_id) for finger in fingers))


def _stored_probe(embedding: EmbeddingNetwork, templates: Sequence[StoredTemplate]) -> Probe:
    fingers, recorded_as = [], []
    for stored in newest_of_each_position(templates):
        minutiae = read_template(stored.template)
        embedded = embedding.embed(minutiae).astype(np.float16)
        finger = Finger(stored.position, minutiae, stored.template, embedded)
        fingers.append(finger)
        recorded_as.append(_recorded_as(finger, stored.encounter_id))
    return Probe(tuple(fingers), tuple(recorded_as))


def _recorded_as(finger: Finger, encounter_id: str | None) -> ProbeFinger:
    digest = hashlib.sha256(finger.template).hexdigest()
    return ProbeFinger(finger.position, encounter_id, digest)
