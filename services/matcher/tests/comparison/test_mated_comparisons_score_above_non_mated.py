import numpy as np
from matcher.comparison.comparator import paired_minutiae
from matcher.comparison.preparation import MAX_COMPARED_MINUTIAE
from matcher.synthetic import generate_impression, generate_master

from ..fingers import a_finger, turned  # noqa: TID252
from ..models import comparator  # noqa: TID252

compare = comparator().compare
prepare = comparator().prepare

FINGERS = range(30)


def scores() -> np.ndarray:
    references = [prepare(a_finger(seed, 0)) for seed in FINGERS]
    return np.stack([compare(prepare(a_finger(seed, 1)), references) for seed in FINGERS])


def test_every_finger_is_nearest_to_its_mated_reference() -> None:
    assert (scores().argmax(1) == FINGERS).all()


def test_a_batch_scores_as_its_members_do() -> None:
    references = [prepare(a_finger(seed)) for seed in range(5)]
    probe = prepare(a_finger(0, 1))

    one_by_one = [compare(probe, [candidate])[0] for candidate in references]

    assert compare(probe, references).tolist() == one_by_one
    assert compare(probe, []).shape == (0,)


def test_exchanging_probe_and_reference_hardly_matters() -> None:
    mated_pairs = [
        [prepare(a_finger(seed, impression)) for impression in (0, 1)] for seed in FINGERS
    ]

    apart = [compare(one, [two])[0] - compare(two, [one])[0] for one, two in mated_pairs]

    assert np.median(np.abs(apart)) < 0.1
    assert np.max(np.abs(apart)) < 2


def test_a_finger_turned_upside_down_is_still_recognised() -> None:
    upside_down = prepare(turned(a_finger(7, 1), np.pi))
    references = [prepare(a_finger(seed)) for seed in FINGERS]

    assert compare(upside_down, references).argmax() == 7


def test_pairs_are_the_same_minutiae_of_the_finger() -> None:
    one, other = (
        generate_impression(generate_master(11), impression, capture_difficulty=0.2)
        for impression in (0, 1)
    )

    pairs = paired_minutiae(prepare(one.minutiae), prepare(other.minutiae))

    right = one.master_index[pairs[:, 0]] == other.master_index[pairs[:, 1]]
    assert right.mean() > 0.8
    assert len(np.unique(pairs[:, 0])) == len(np.unique(pairs[:, 1])) == len(pairs)


def test_nothing_is_paired_with_a_finger_without_minutiae() -> None:
    finger = a_finger(1)

    assert paired_minutiae(prepare(finger[:0]), prepare(finger)).shape == (0, 2)


def test_a_finger_takes_two_kilobytes_at_most() -> None:
    large = max((prepare(a_finger(seed, capture_difficulty=0.1)) for seed in FINGERS), key=len)

    assert len(large) == MAX_COMPARED_MINUTIAE
    assert large.geometry.nbytes + large.descriptors.nbytes + large.minutia_index.nbytes <= 2048


def test_references_stored_without_faint_minutiae_are_still_recognised() -> None:
    """Until its version 0.10 the extractor reported no minutiae of a quality below 20."""
    impressions = [a_finger(seed, 0, capture_difficulty=1.0) for seed in FINGERS]
    older = [prepare(each[each.quality >= 20]) for each in impressions]
    probes = [a_finger(seed, 1, capture_difficulty=1.0) for seed in FINGERS]

    nearest = np.array([compare(prepare(probe), older).argmax() for probe in probes])

    assert any((each.quality < 20).any() for each in impressions)
    assert (nearest == np.array(FINGERS)).mean() > 0.9
