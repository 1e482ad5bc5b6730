import numpy as np
from matcher.fingerprint.embedding import embed, embed_many

from .fingers import a_finger
from .test_mates_score_above_strangers import turned

FINGERS = range(60)


def test_most_fingers_are_nearest_to_their_mate() -> None:
    gallery = embed_many([a_finger(seed, 0) for seed in FINGERS])
    probes = embed_many([a_finger(seed, 1) for seed in FINGERS])

    assert ((probes @ gallery.T).argmax(1) == FINGERS).mean() > 0.9


def test_turning_a_finger_hardly_moves_it() -> None:
    finger = a_finger(4)

    for degrees in (17, 90, 180):
        assert embed(finger) @ embed(turned(finger, np.radians(degrees))) > 0.97


def test_it_has_256_numbers_and_unit_length() -> None:
    vectors = embed_many([a_finger(seed) for seed in range(4)])

    assert vectors.shape == (4, 256)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_nothing_found_is_nowhere() -> None:
    assert not embed(a_finger(1)[:0]).any()
