"""What does a search need of a finger, and by which models is it made?"""

import numpy as np
from numpy.typing import NDArray

from matcher.comparison.comparator import Comparator, PreparedFinger
from matcher.comparison.descriptor_quantizer import LISTED_MINUTIAE
from matcher.domain.finger import Embedding, Finger
from matcher.domain.index_entry import FingerFeatures
from matcher.index.index_columns import NO_LIST, FingerColumns, Rows
from matcher.minutiae import Minutiae, MinutiaeBatch
from matcher.models import ModelBundle


def finger_features(
    models: ModelBundle, finger: Minutiae, embedding: Embedding, *, lists: int
) -> FingerFeatures:
    """Return the features of a finger; it takes 0.14 ms. lists: how many for each descriptor."""
    return prepared_features(models, models.comparator.prepare(finger), embedding, lists=lists)


def prepared_features(
    models: ModelBundle, prepared: PreparedFinger, embedding: Embedding, *, lists: int
) -> FingerFeatures:
    """Return the features of a finger that is prepared. lists: how many for each descriptor."""
    listed = prepared.descriptors[:LISTED_MINUTIAE]
    return FingerFeatures(embedding, prepared, models.quantizer.nearest_lists(listed, lists))


def prepared_finger(comparator: Comparator, finger: Finger) -> PreparedFinger:
    """Return a finger as it is compared, prepared now unless its extraction has done that."""
    return comparator.prepare(finger.minutiae) if finger.prepared is None else finger.prepared


def prepared_columns(
    models: ModelBundle, fingers: MinutiaeBatch, owner: Rows, embedding: NDArray[np.float16]
) -> FingerColumns:
    """Return fingers of one position as the index holds them. owner, embedding: as there."""
    prepared = models.comparator.prepare_batch(fingers)
    finger = np.repeat(np.arange(len(owner)), prepared.minutiae)
    ends = np.cumsum(prepared.minutiae, dtype=np.int64)
    minutia = np.arange(len(finger)) - (ends - prepared.minutiae)[finger]
    listed = np.flatnonzero(minutia < LISTED_MINUTIAE)
    lists = np.full((len(owner), LISTED_MINUTIAE), NO_LIST)
    nearest = models.quantizer.nearest_lists(prepared.descriptors[listed], 1)
    lists[finger[listed], minutia[listed]] = nearest[:, 0]
    return FingerColumns(
        owner,
        embedding,
        prepared.minutiae,
        prepared.geometry,
        prepared.descriptors,
        prepared.minutia_index,
        lists,
        prepared.ridge_map,
    )
