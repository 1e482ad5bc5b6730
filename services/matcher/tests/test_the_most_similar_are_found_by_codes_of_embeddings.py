"""Bits of each number of an embedding say who is similar, exactly the same everywhere."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matcher.domain.change_token import ChangeToken
from matcher.domain.encounter import EncounterStatus
from matcher.domain.finger import Embedding
from matcher.domain.index_entry import FingerFeatures, IndexEntry
from matcher.domain.shortlist import SearchDepth, SearchScope
from matcher.embedding.embedding_network import EMBEDDING_SIZE
from matcher.index.embedding_codes import (
    NO_SIMILARITY,
    EmbeddingCodes,
    among_the_best,
    keep_best,
    query_of,
)
from matcher.index.memory_index import MemoryIndex
from matcher.index.segment_folder import SegmentFolder
from numpy.typing import NDArray

from .plain_search import similarity_of_codes, similarity_of_signs
from .random_fingers import random_finger, similar_finger

DEPTH = SearchDepth(1, 5, similar=5, by_codes=True, signs_only=True)
EVERYBODY = SearchScope()


@pytest.mark.parametrize("fingers", [1, 63, 64, 65, 200])
def test_the_similarity_is_the_inner_product_of_two_coarse_embeddings(fingers: int) -> None:
    rng = np.random.default_rng(fingers)
    probe, stored = random_finger(rng), [random_finger(rng) for _ in range(fingers)]

    by_signs = _best(probe, stored, np.arange(fingers))
    by_two_bits = _best(probe, stored, np.arange(fingers), signs_only=False)

    assert by_signs.tolist() == [similarity_of_signs(probe, each) for each in stored]
    assert by_two_bits.tolist() == [similarity_of_codes(probe, each) for each in stored]


def test_numbers_at_the_limits_of_a_code_are_told_apart() -> None:
    probe, stored = np.zeros(256, np.float16), np.zeros(256, np.float16)
    probe[:6] = [1.0, 0.5, 0.25, -1.0, -0.5, 0.0]
    stored[:6] = [0.0625, 0.0624, -0.0625, -0.0626, -0.0, 1.0]

    by_signs = _best(_embedded(probe), [_embedded(stored)], np.array([0]))
    best = _best(_embedded(probe), [_embedded(stored)], np.array([0]), signs_only=False)

    assert by_signs.tolist() == [7 * 1 + 4 * 1 + 2 * -1 + -7 * -1 + -4 * 1 + 0 * 1]
    assert best.tolist() == [7 * 3 + 4 * 1 + 2 * -1 + -7 * -3 + -4 * 1 + 0 * 3]


def test_a_blank_embedding_is_similar_to_none() -> None:
    blank, other = _embedded(np.zeros(256, np.float16)), random_finger(np.random.default_rng(4))

    assert _best(blank, [other], np.array([0])).tolist() == [0]


def test_removed_rows_count_for_nobody_and_a_person_by_the_best() -> None:
    rng = np.random.default_rng(5)
    probe, stored = random_finger(rng), [random_finger(rng) for _ in range(5)]
    stored[1] = probe

    best = _best(probe, stored, np.array([0, 0, -1, 1, 1]))

    expected = [similarity_of_signs(probe, each) for each in stored]
    assert best.tolist() == [expected[1], max(expected[3], expected[4])]


def test_all_equals_at_the_limit_are_among_the_best() -> None:
    by_finger = np.array([[5, 5, 3, 1, NO_SIMILARITY], [NO_SIMILARITY, 0, 3, 4, NO_SIMILARITY]])

    assert among_the_best(by_finger.astype(np.int16), 1).tolist() == [0, 1, 2, 3]
    assert among_the_best(by_finger[:1].astype(np.int16), 1).tolist() == [0, 1]
    assert among_the_best(by_finger.astype(np.int16), 9).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("count", [1, 15, 16, 40, 300])
@pytest.mark.parametrize("fingers", [1, 2, 10])
def test_of_many_the_best_are_the_first_of_an_ordered_list(fingers: int, count: int) -> None:
    rng, most = np.random.default_rng(count), 7 * EMBEDDING_SIZE
    alike = rng.choice([-most, most], (fingers, 300), p=[0.9, 0.1])
    diverse = rng.integers(-most, 0, (fingers, 300))
    best_are_sampled = diverse.copy()
    best_are_sampled[:, ::64] = most
    for similarities in (alike, diverse, best_are_sampled):
        similarities[rng.random(similarities.shape) < 0.2] = NO_SIMILARITY

        found = among_the_best(similarities.astype(np.int16), count)

        assert found.tolist() == _in_order(similarities, count)


def _in_order(similarities: NDArray[np.int64], count: int) -> list[int]:
    has_any = similarities != NO_SIMILARITY
    sums = np.where(has_any.any(axis=0), np.where(has_any, similarities, 0).sum(axis=0), -np.inf)
    rankings = [sums, *np.where(has_any, similarities, -np.inf)]
    limits = [sorted(each, reverse=True)[:count][-1] for each in rankings]
    return [
        person
        for person in range(similarities.shape[1])
        if any(
            each[person] >= limit and each[person] > -np.inf
            for each, limit in zip(rankings, limits, strict=True)
        )
    ]


def test_sealed_or_not_the_same_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matcher.index.compaction_plan._SEALED_FINGERS", 100)
    rng, folder = np.random.default_rng(6), SegmentFolder(tmp_path / "index.snapshot")
    wanted = {2: random_finger(rng), 7: random_finger(rng)}
    sealed, in_memory = MemoryIndex(ChangeToken("", 0)), MemoryIndex(ChangeToken("", 0))
    entries = [
        IndexEntry(
            f"e{n}",
            f"p{n % 90}",
            EncounterStatus.ACTIVE,
            n,
            {
                p: similar_finger(each, rng) if n % 31 == p else random_finger(rng)
                for p, each in wanted.items()
            },
        )
        for n in range(250)
    ]
    in_memory.update((), entries)
    for start in range(0, 250, 50):
        sealed.update((), entries[start : start + 50])
        sealed.compact(folder)
    for index in (sealed, in_memory):
        index.update(["e31", "e7"], [])

    for scope in (EVERYBODY, SearchScope(added_before=150), SearchScope(except_person_id="p2")):
        one, other = (i.search(wanted, scope, DEPTH).persons for i in (sealed, in_memory))
        assert [each.person_id for each in one] == [each.person_id for each in other]
        assert len(one) == 5
    assert any(fingers.files() for fingers in sealed._table.fingers.values())


def test_where_few_are_in_scope_none_of_them_is_lost() -> None:
    rng, index = np.random.default_rng(7), MemoryIndex(ChangeToken("", 0))
    wanted = random_finger(rng)
    index.update(
        (),
        [
            IndexEntry(
                f"e{n}",
                f"p{n}",
                EncounterStatus.ACTIVE,
                n,
                {2: random_finger(rng) if n % 40 == 0 else similar_finger(wanted, rng)},
                galleries=("lost",) if n % 40 == 0 else (),
            )
            for n in range(200)
        ],
    )

    found = index.search({2: wanted}, SearchScope(galleries=("lost",)), DEPTH)

    assert {each.person_id for each in found.persons} == {"p0", "p40", "p80", "p120", "p160"}


def test_at_any_position_embeddings_are_compared_of_the_finger_that_shows_most() -> None:
    rng, index = np.random.default_rng(8), MemoryIndex(ChangeToken("", 0))
    probe = {2: random_finger(rng, 20), 7: random_finger(rng, 21)}
    others = [(f"{n}", n, {p: random_finger(rng) for p in (2, 7)}) for n in range(10, 30)]
    mates = [
        (f"{p}", p, {p: replace(random_finger(rng), embedding=finger.embedding)})
        for p, finger in probe.items()
    ]
    people = [*mates, *others]
    index.update((), [IndexEntry(i, i, EncounterStatus.ACTIVE, n, of) for i, n, of in people])
    depth = SearchDepth(1, 5, similar=2, by_codes=True, signs_only=True)

    def found(depth: SearchDepth, *, any_position: bool) -> set[str | None]:
        shortlist = index.search(probe, EVERYBODY, depth, any_position=any_position)
        return {each.person_id for each in shortlist.persons} & {"2", "7"}

    of_one = replace(depth, embedded_at_any_position=1)
    assert found(depth, any_position=True) == {"2", "7"}
    assert found(of_one, any_position=True) == {"7"}
    assert found(of_one, any_position=False) == {"2", "7"}


def test_of_few_minutiae_embeddings_of_all_fingers_are_compared_at_any_position() -> None:
    depth = SearchDepth(1, 200, 2_000, 2_000, 4, True, 8, 32, True, True, 1)

    assert depth.for_minutiae([48, 48]).embedded_at_any_position == 1
    assert depth.for_minutiae([48, 1]).embedded_at_any_position == 1
    assert depth.for_minutiae([24, 24]).embedded_at_any_position is None


def _embedded(embedding: Embedding) -> FingerFeatures:
    return replace(random_finger(np.random.default_rng(0)), embedding=embedding)


def _best(
    probe: FingerFeatures,
    stored: Sequence[FingerFeatures],
    owners: NDArray[np.int64],
    *,
    signs_only: bool = True,
) -> NDArray[np.int16]:
    """The similarities of persons, each of one encounter, who own these fingers."""
    codes, count = EmbeddingCodes(), int(owners.max()) + 1
    codes.add(np.stack([each.embedding for each in stored]))
    persons, best = np.arange(count + 1, dtype=np.int32), np.full(count + 1, NO_SIMILARITY)
    query = query_of(probe.embedding, signs_only=signs_only)
    keep_best(*query, *codes.halves, owners, persons, best)
    return best[:-1]
