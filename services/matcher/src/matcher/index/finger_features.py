"""What does a search need of a finger, and by which models is it made?"""

from matcher.comparison.comparator import Comparator, PreparedFinger
from matcher.comparison.descriptor_quantizer import LISTED_MINUTIAE
from matcher.domain.finger import Embedding, Finger
from matcher.domain.index_entry import FingerFeatures
from matcher.minutiae import Minutiae
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
