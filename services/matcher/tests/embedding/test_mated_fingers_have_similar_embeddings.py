import numpy as np
from matcher.minutiae import Minutiae
from matcher.synthetic import FVC2002

from ..fingers import a_finger, turned  # noqa: TID252
from ..models import embedding  # noqa: TID252

embed, embed_many = embedding().embed, embedding().embed_many

FINGERS = range(60)


def nearest(probes: list[Minutiae]) -> float:
    references = embed_many([a_finger(seed, 0) for seed in FINGERS])
    return float(((embed_many(probes) @ references.T).argmax(1) == FINGERS).mean())


def test_fingers_are_nearest_to_their_mated_referenced_references() -> None:
    assert nearest([a_finger(seed, 1) for seed in FINGERS]) > 0.98
    assert nearest([a_finger(seed, 1, FVC2002) for seed in FINGERS]) > 0.85


def test_half_a_finger_is_mostly_nearest_to_its_mated_reference() -> None:
    def half(found: Minutiae) -> Minutiae:
        return found[found.xy[:, 1] < np.median(found.xy[:, 1])]

    assert nearest([half(a_finger(seed, 1)) for seed in FINGERS]) > 0.8


def test_ten_minutiae_are_often_nearest_to_their_mated_reference() -> None:
    def ten(found: Minutiae) -> Minutiae:
        out = np.square(found.xy - found.xy.mean(axis=0)).sum(axis=1)
        return found[np.argsort(out)[:10]]

    assert nearest([ten(a_finger(seed, 1)) for seed in FINGERS]) > 0.3


def test_turning_a_finger_hardly_moves_it() -> None:
    finger = a_finger(4)

    for degrees in (17, 90, 180):
        assert embed(finger) @ embed(turned(finger, np.radians(degrees))) > 0.97


def test_quality_that_is_not_reported_hardly_moves_it() -> None:
    finger = a_finger(4)
    unrated = Minutiae(
        finger.xy, finger.angle, finger.kind, 0 * finger.quality, finger.width, finger.height
    )

    assert embed(finger) @ embed(unrated) > 0.8


def test_company_changes_nothing() -> None:
    fingers = [a_finger(seed)[: 3 + 2 * seed] for seed in range(20)]

    together = embed_many(fingers)

    assert np.allclose(together, [embed(finger) for finger in fingers], atol=1e-5)


def test_it_has_256_numbers_and_unit_length() -> None:
    vectors = embed_many([a_finger(seed) for seed in range(4)])

    assert vectors.shape == (4, 256)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_nothing_found_is_nowhere_and_moves_nobody() -> None:
    nothing = a_finger(1)[:0]

    vectors = embed_many([nothing, a_finger(2), nothing])

    assert not vectors[[0, 2]].any()
    assert np.allclose(vectors[1], embed(a_finger(2)), atol=1e-5)
    assert embed_many([]).shape == (0, 256)
