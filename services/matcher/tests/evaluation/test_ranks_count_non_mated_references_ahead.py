import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from matcher.evaluation.identification_rates import (
    ahead_of_best_mated,
    ahead_of_single_mated,
    leave_one_out,
    one_reference_per_finger,
)
from numpy.typing import NDArray

COMPARED = 4


@st.composite
def _cases(draw: st.DrawFn) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Similarities and scores of ten images; of the scores many are equal."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    similarity = rng.permutation(100).reshape(10, 10) / 100
    return similarity, rng.integers(0, 6, (10, 10)).astype(np.float64)


FINGERS = np.array([*"aaabbbccde"])


def _rank(order: list[int], own: NDArray[np.float64], mated: set[int]) -> int:
    """Count the non-mated before the first mated one; of equal scores, non-mated come first."""
    ranked = sorted(order, key=lambda j: (-own[j], j in mated))
    return next(place for place, j in enumerate(ranked) if j in mated)


@given(_cases())
def test_the_embedding_alone_ranks_by_similarity(
    case: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> None:
    similarity, scores = case
    probes = [i for i in range(10) if (FINGERS[i] == FINGERS).sum() > 1]
    expected = [
        _rank(
            [j for j in range(10) if j != i],
            similarity[i],
            {j for j in range(10) if j != i and FINGERS[j] == FINGERS[i]},
        )
        for i in probes
    ]

    found = ahead_of_best_mated(leave_one_out(similarity, similarity, scores, FINGERS, COMPARED))

    assert found.embedding.tolist() == expected


def test_the_best_by_prefilter_are_ordered_by_their_score() -> None:
    fingers = np.array([*"abcdea"])
    similarity = np.tile([0.0, 0.9, 0.8, 0.7, 0.1, 0.75], (6, 1))
    prefilter = np.tile([0.0, 9.0, 8.0, 2.0, 1.0, 7.0], (6, 1))
    scores = np.tile([0.0, 1.0, 7.0, 3.0, 9.0, 5.0], (6, 1))

    found = ahead_of_best_mated(leave_one_out(similarity, prefilter, scores, fingers, 3))

    assert found.embedding[0] == 2
    assert found.reranked[0] == 1


def test_references_not_compared_keep_the_prefilters_order() -> None:
    fingers = np.array([*"abcdea"])
    similarity = np.tile([0.0, 0.9, 0.8, 0.7, 0.6, 0.95], (6, 1))
    prefilter = np.tile([0.0, 9.0, 8.0, 7.0, 6.0, 6.5], (6, 1))
    scores = np.tile([0.0, 1.0, 1.0, 1.0, 1.0, 12.0], (6, 1))

    found = ahead_of_best_mated(leave_one_out(similarity, prefilter, scores, fingers, 2))

    assert found.embedding[0] == 0
    assert found.reranked[0] == 3


def test_an_unreadable_probe_finds_nothing() -> None:
    fingers, nothing = np.array([*"aabbcc"]), np.zeros((6, 6))

    found = ahead_of_best_mated(leave_one_out(nothing, nothing, nothing, fingers, COMPARED))

    assert found.embedding.tolist() == [4] * 6
    assert found.identification_rate(1) == {"embedding": 0.0, "reranked": 0.0}


def test_the_first_image_of_each_finger_is_the_reference_and_the_others_are_probes() -> None:
    fingers = np.array([*"aaabbc"])
    similarity = np.eye(6) + (fingers[:, None] == fingers[None, :]) * 0.5

    searches = one_reference_per_finger(
        leave_one_out(similarity, similarity, similarity, fingers, COMPARED), fingers
    )

    assert searches.similarity.shape == (3, 3)
    assert ahead_of_best_mated(searches).identification_rate(1) == {
        "embedding": 1.0,
        "reranked": 1.0,
    }


@given(_cases())
def test_a_single_mated_reference_ranks_as_if_the_others_were_absent(
    case: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> None:
    similarity, scores = case
    prefilter = similarity[::-1, ::-1]
    expected_embedding, expected_reranked = [], []
    for i in range(10):
        for reference in np.flatnonzero((FINGERS[i] == FINGERS) & (np.arange(10) != i)):
            non_mated = FINGERS[i] != FINGERS
            kept = np.append(np.flatnonzero(non_mated), [i, reference])
            names = np.where(
                (kept == i) | (kept == reference), "reference", np.char.mod("%d", kept)
            )
            part = np.ix_(kept, kept)
            alone = ahead_of_best_mated(
                leave_one_out(similarity[part], prefilter[part], scores[part], names, COMPARED)
            )
            expected_embedding.append(alone.embedding[-2])
            expected_reranked.append(alone.reranked[-2])

    found = ahead_of_single_mated(leave_one_out(similarity, prefilter, scores, FINGERS, COMPARED))

    assert found.embedding.tolist() == expected_embedding
    assert found.reranked.tolist() == expected_reranked
