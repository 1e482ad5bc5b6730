"""From what a caller names to the fingers themselves."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from servicekit.process.worker_pool import WorkerPool

from matcher.domain.biometrics import EncounterStatus, Finger
from matcher.domain.decision import ProbeFinger
from matcher.domain.errors import EncounterNotFound, PersonNotFound
from matcher.domain.finger_source import EncounterFingers, FingerSource, Probe, SuppliedSamples
from matcher.domain.shortlist import StoredPerson
from matcher.embedding.embedding_network import EmbeddingNetwork
from matcher.use_cases.extract_fingers import ExtractFingers, read_template
from matcher.use_cases.ports import Store


@dataclass(frozen=True, slots=True)
class ResolveProbe:
    """Resolves probes."""

    store: Store
    capture: ExtractFingers
    pool: WorkerPool
    embedding: EmbeddingNetwork

    async def side(self, probe: FingerSource, path: str) -> Probe:
        """The probe's fingers. path: of the probe in the request.

        Raises what Capture raises, EncounterNotFound, PersonNotFound.
        """
        if isinstance(probe, SuppliedSamples):
            return given(await self.capture(probe.samples, f"{path}.samples.samples"))
        person = await self.stored(probe, path)
        return await self.of(person.encounter_ids, path)

    async def stored(self, probe: FingerSource, path: str) -> StoredPerson:
        """Whom a probe of stored fingers means; raises EncounterNotFound, PersonNotFound."""
        async with self.store.read() as records:
            if isinstance(probe, EncounterFingers):
                try:
                    found = await records.encounters.get(probe.encounter_id)
                except EncounterNotFound as error:
                    raise EncounterNotFound(error.message, field=f"{path}.encounter_id") from None
                is_fraud = found.status is EncounterStatus.FRAUD
                return StoredPerson(found.person_id, (found.encounter_id,), is_fraud)
            assert not isinstance(probe, SuppliedSamples)  # noqa: S101  nothing of these is stored
            person = await records.encounters.person(probe.person_id)
        if person is None:
            raise PersonNotFound(
                "this person has no searchable encounter", field=f"{path}.person_id"
            )
        return person

    async def of(self, encounter_ids: Sequence[str], field: str) -> Probe:
        """The newest of each finger of these encounters; raises EncounterNotFound.

        field: of the request, that named them.
        """
        async with self.store.read() as records:
            templates = await records.encounters.templates(encounter_ids)
        newest: dict[int, tuple[str, bytes]] = {}
        for encounter_id in encounter_ids:
            for position, template in templates.get(encounter_id, {}).items():
                newest.setdefault(position, (encounter_id, template))
        if not newest:
            raise EncounterNotFound("the encounter was deleted just now", field=field)
        return await self.pool.run(_stored_side, self.embedding, newest)


def given(fingers: tuple[Finger, ...], encounter_id: str | None = None) -> Probe:
    """Fingers at hand. encounter_id: where they are stored, if they are."""
    return Probe(
        fingers,
        tuple(
            ProbeFinger(f.position, encounter_id, hashlib.sha256(f.template).hexdigest())
            for f in fingers
        ),
    )


def _stored_side(network: EmbeddingNetwork, newest: Mapping[int, tuple[str, bytes]]) -> Probe:
    fingers, references = [], []
    for position, (encounter_id, template) in sorted(newest.items()):
        found = read_template(template)
        embedding = network.embed(found).astype(np.float16)
        fingers.append(Finger(position, found, template, embedding))
        digest = hashlib.sha256(template).hexdigest()
        references.append(ProbeFinger(position, encounter_id, digest))
    return Probe(tuple(fingers), tuple(references))
