import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from matcher.evaluation.identification import any_mate, gallery, one_each, single_mate
from numpy.typing import NDArray

COMPARED = 4


@st.composite
def _cases(draw: st.DrawFn) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Similarities and scores of ten images; of the scores many are equal."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    similar = rng.permutation(100).reshape(10, 10) / 100
    return similar, rng.integers(0, 6, (10, 10)).astype(np.float64)


FINGERS = np.array([*"aaabbbccde"])


def _rank(order: list[int], own: NDArray[np.float64], mates: set[int]) -> int:
    """Strangers before the first mate; of equals, strangers are before mates."""
    ranked = sorted(order, key=lambda j: (-own[j], j in mates))
    return next(place for place, j in enumerate(ranked) if j in mates)


@given(_cases())
def test_the_embedding_alone_ranks_by_similarity(
    case: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> None:
    similar, scores = case
    probes = [i for i in range(10) if (FINGERS[i] == FINGERS).sum() > 1]
    expected = [
        _rank(
            [j for j in range(10) if j != i],
            similar[i],
            {j for j in range(10) if j != i and FINGERS[j] == FINGERS[i]},
        )
        for i in probes
    ]

    found = any_mate(gallery(similar, similar, scores, FINGERS, COMPARED))

    assert found.embedding.tolist() == expected


def test_the_most_promising_are_ordered_by_their_score() -> None:
    fingers = np.array([*"abcdea"])
    similar = np.tile([0.0, 0.9, 0.8, 0.7, 0.1, 0.75], (6, 1))
    promising = np.tile([0.0, 9.0, 8.0, 2.0, 1.0, 7.0], (6, 1))
    scores = np.tile([0.0, 1.0, 7.0, 3.0, 9.0, 5.0], (6, 1))

    found = any_mate(gallery(similar, promising, scores, fingers, 3))

    assert found.embedding[0] == 2
    assert found.reranked[0] == 1


def test_who_is_not_compared_keeps_the_place_the_prefilter_gave() -> None:
    fingers = np.array([*"abcdea"])
    similar = np.tile([0.0, 0.9, 0.8, 0.7, 0.6, 0.95], (6, 1))
    promising = np.tile([0.0, 9.0, 8.0, 7.0, 6.0, 6.5], (6, 1))
    scores = np.tile([0.0, 1.0, 1.0, 1.0, 1.0, 12.0], (6, 1))

    found = any_mate(gallery(similar, promising, scores, fingers, 2))

    assert found.embedding[0] == 0
    assert found.reranked[0] == 3


def test_a_probe_that_was_not_read_finds_nothing() -> None:
    fingers, nothing = np.array([*"aabbcc"]), np.zeros((6, 6))

    found = any_mate(gallery(nothing, nothing, nothing, fingers, COMPARED))

    assert found.embedding.tolist() == [4] * 6
    assert found.found(1) == {"embedding": 0.0, "reranked": 0.0}


def test_one_of_each_finger_is_in_the_gallery_and_the_others_are_sought() -> None:
    fingers = np.array([*"aaabbc"])
    similar = np.eye(6) + (fingers[:, None] == fingers[None, :]) * 0.5

    among = one_each(gallery(similar, similar, similar, fingers, COMPARED), fingers)

    assert among.similar.shape == (3, 3)
    assert any_mate(among).found(1) == {"embedding": 1.0, "reranked": 1.0}


@given(_cases())
def test_a_single_mate_is_sought_as_if_the_others_were_not_there(
    case: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> None:
    similar, scores = case
    promising = similar[::-1, ::-1]
    expected_embedding, expected_reranked = [], []
    for i in range(10):
        for mate in np.flatnonzero((FINGERS[i] == FINGERS) & (np.arange(10) != i)):
            strangers = FINGERS[i] != FINGERS
            kept = np.append(np.flatnonzero(strangers), [i, mate])
            names = np.where((kept == i) | (kept == mate), "mate", np.char.mod("%d", kept))
            part = np.ix_(kept, kept)
            alone = any_mate(gallery(similar[part], promising[part], scores[part], names, COMPARED))
            expected_embedding.append(alone.embedding[-2])
            expected_reranked.append(alone.reranked[-2])

    found = single_mate(gallery(similar, promising, scores, FINGERS, COMPARED))

    assert found.embedding.tolist() == expected_embedding
    assert found.reranked.tolist() == expected_reranked
