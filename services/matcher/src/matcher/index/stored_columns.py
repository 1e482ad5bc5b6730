"""What does the index hold of encounters, made of what the database holds of them?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from matcher.domain.finger import Embedding, read_stored_template
from matcher.index.finger_features import prepared_columns
from matcher.index.id_table import ids_of
from matcher.index.index_columns import (
    EncounterColumns,
    FingerColumns,
    bits_of,
    memory_checksums,
    numbered_gallery_sets,
)
from matcher.minutiae import Minutiae, MinutiaeBatch
from matcher.models import ModelBundle
from matcher.store.index_source import IndexedEncounter, NewEmbedding, NewEmbeddings

StoredMinutiae = Mapping[tuple[str, int], Minutiae | None]
"""Minutiae by encounter id and finger position; None where the template cannot be read."""


@dataclass(frozen=True, slots=True)
class _ReadFinger:
    """A finger of an encounter, which is named by its index among those that are searched."""

    owner: int
    minutiae: Minutiae
    embedding: Embedding


def columns_of_stored(
    models: ModelBundle, stored: Sequence[IndexedEncounter]
) -> tuple[EncounterColumns, NewEmbeddings]:
    """Return those of encounters that are searched, and the embeddings that had to be computed.

    Embeddings of another model version are computed again, also for encounters that are not
    searched. A finger whose template cannot be read is left out.
    """
    minutiae = _minutiae(stored, of_searched=True)
    new_embeddings = _embed_outdated(models, stored, minutiae)
    searched = [encounter for encounter in stored if encounter.status.is_searched]
    fingers, unreadable = dict[int, list[_ReadFinger]](), list[list[int]]()
    for owner, encounter in enumerate(searched):
        unreadable.append([])
        for position, finger in encounter.fingers.items():
            found = minutiae[encounter.encounter_id, position]
            if found is None:
                unreadable[owner].append(position)
                continue
            embedding = finger.embedding
            if embedding is None:
                embedding = new_embeddings[encounter.encounter_id, position].embedding
            fingers.setdefault(position, []).append(_ReadFinger(owner, found, embedding))
    gallery_sets, numbers = numbered_gallery_sets([each.galleries for each in searched])
    columns = EncounterColumns(
        ids_of(encounter.encounter_id for encounter in searched),
        ids_of(encounter.person_id for encounter in searched),
        np.array([encounter.status for encounter in searched], np.uint8),
        np.array([encounter.added_by_change for encounter in searched], np.int64),
        np.array([bits_of(positions) for positions in unreadable], np.uint16),
        np.array([encounter.checksum for encounter in searched], np.uint64),
        np.zeros(len(searched), np.uint32),
        numbers,
        gallery_sets,
        {position: _columns(models, fingers[position]) for position in sorted(fingers)},
    )
    return replace(columns, memory_checksum=memory_checksums(columns)), new_embeddings


def embed_outdated(models: ModelBundle, stored: Sequence[IndexedEncounter]) -> NewEmbeddings:
    """Return the embeddings that these models have not made of readable fingers yet."""
    return _embed_outdated(models, stored, _minutiae(stored, of_searched=False))


def _minutiae(stored: Sequence[IndexedEncounter], *, of_searched: bool) -> StoredMinutiae:
    """Read the templates of fingers that lack an embedding, and of all those that are searched."""
    return {
        (encounter.encounter_id, position): read_stored_template(finger.template, finger.sha256)
        for encounter in stored
        for position, finger in encounter.fingers.items()
        if finger.embedding is None or (of_searched and encounter.status.is_searched)
    }


def _columns(models: ModelBundle, fingers: Sequence[_ReadFinger]) -> FingerColumns:
    """Return fingers of one position, prepared by one call: thousands would wait for the GIL."""
    return prepared_columns(
        models,
        MinutiaeBatch.of([finger.minutiae for finger in fingers]),
        np.array([finger.owner for finger in fingers], np.int64),
        np.stack([finger.embedding for finger in fingers]),
    )


def _embed_outdated(
    models: ModelBundle, stored: Sequence[IndexedEncounter], minutiae: StoredMinutiae
) -> NewEmbeddings:
    """Compute the embeddings of readable fingers that have none of this model version."""
    outdated = {
        finger: (found, encounter.fingers[position].sha256)
        for encounter in stored
        for position in encounter.fingers
        if encounter.fingers[position].embedding is None
        and (found := minutiae[finger := (encounter.encounter_id, position)]) is not None
    }
    made = models.embedding.embed_many([found for found, _ in outdated.values()])
    made = made.astype(np.float16)
    return {
        finger: NewEmbedding(made[row], sha256)
        for row, (finger, (_, sha256)) in enumerate(outdated.items())
    }
