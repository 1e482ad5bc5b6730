"""In a gallery too large to prefilter whole, local descriptors find what the embedding loses."""

from dataclasses import replace

import numpy as np
import pytest
from matcher.comparison.descriptor_quantizer import MOST_LISTS
from matcher.domain.change_token import ChangeToken
from matcher.domain.encounter import EncounterStatus
from matcher.domain.index_entry import FingerFeatures, IndexEntry
from matcher.domain.shortlist import SearchDepth, SearchScope
from matcher.index.faiss_descriptor_lists import FaissDescriptorLists
from matcher.index.index_columns import listed_minutiae
from matcher.index.memory_index import MemoryIndex

from .random_fingers import random_descriptors, random_finger

ONE_CHANNEL, BOTH = SearchDepth(3, 3), SearchDepth(3, 3, similar=3, voted=3)
BY_EMBEDDING, BY_VOTES = SearchDepth(3, 3, similar=1, voted=0), SearchDepth(3, 3, 1, voted=1)


def _index(*fingers: FingerFeatures) -> MemoryIndex:
    index = MemoryIndex(ChangeToken("", 0))
    index.update(
        (),
        [
            IndexEntry(f"e{n}", f"p{n}", EncounterStatus.ACTIVE, n, {2: finger})
            for n, finger in enumerate(fingers)
        ],
    )
    return index


def _found(index: MemoryIndex, probe: FingerFeatures, depth: SearchDepth) -> set[str | None]:
    return {each.person_id for each in index.search({2: probe}, SearchScope(), depth).persons}


def _partial(finger: FingerFeatures) -> FingerFeatures:
    """Some of its minutiae, and an embedding as far from the finger's as can be."""
    some = slice(0, 5)
    prepared = replace(
        finger.prepared,
        geometry=finger.prepared.geometry[some],
        descriptors=finger.prepared.descriptors[some],
        minutia_index=finger.prepared.minutia_index[some],
    )
    return FingerFeatures((-finger.embedding).astype(np.float16), prepared, finger.lists[some])


def test_the_mated_person_is_shortlisted_though_its_embedding_is_far() -> None:
    rng = np.random.default_rng(0)
    fingers = [random_finger(rng) for _ in range(40)]
    index = _index(*fingers)
    probe = _partial(fingers[30])

    assert "p30" in _found(index, probe, BOTH)
    assert "p30" not in _found(index, probe, ONE_CHANNEL)


def test_whole_fingers_are_found_by_the_embedding_as_before() -> None:
    rng = np.random.default_rng(1)
    fingers = [random_finger(rng) for _ in range(40)]
    index = _index(*fingers)
    probe = replace(
        random_finger(rng), embedding=fingers[12].embedding
    )  # other minutiae: nothing votes

    assert "p12" in _found(index, probe, BOTH)


def test_the_older_of_two_persons_with_as_many_votes_is_taken() -> None:
    rng = np.random.default_rng(2)
    wanted = random_finger(rng)
    others = [random_finger(rng) for _ in range(9)]
    far = replace(wanted, embedding=(-wanted.embedding).astype(np.float16))
    index = _index(*others, far, far)
    index.update([], [IndexEntry("new", "p99", EncounterStatus.ACTIVE, 99, {2: far})])
    index.update(["e0", "e9"], [IndexEntry("e9", "p9", EncounterStatus.ACTIVE, 9, {2: far})])

    assert "p9" in _found(index, wanted, BY_VOTES)
    assert _found(index, wanted, BY_VOTES).isdisjoint({"p10", "p99"})


def test_a_removed_finger_is_found_by_neither_channel() -> None:
    rng = np.random.default_rng(3)
    fingers = [random_finger(rng) for _ in range(40)]
    index = _index(*fingers)
    index.update(["e30"], [])

    for depth in (ONE_CHANNEL, BOTH, BY_EMBEDDING, BY_VOTES):
        assert "p30" not in _found(index, fingers[30], depth)


@pytest.mark.parametrize("minutiae", [0, 3, 24, 40])
def test_of_a_removed_finger_no_descriptor_stays_in_the_lists(minutiae: int) -> None:
    rng = np.random.default_rng(4)
    removed, other = random_finger(rng, minutiae), random_finger(rng)
    lists = FaissDescriptorLists()
    listed = removed.prepared.descriptors[:24]
    lists.extend(
        np.concatenate([other.prepared.descriptors, listed]),
        listed_minutiae([other.lists, removed.lists]),
    )

    lists.overwrite(1)

    held = np.concatenate([lists._list(number)[0] for number in range(MOST_LISTS)]).view(np.uint64)
    assert len(held) == 12 + len(listed)
    assert not np.isin(listed, held).any()
    assert np.isin(other.prepared.descriptors, held).all()
    rows, votes = lists.votes(other.prepared.descriptors, other.lists)
    assert (rows.tolist(), votes.tolist()) == ([0], [12.0])
    assert len(lists.take(1)) == 0


def test_a_descriptor_is_found_only_in_the_lists_that_are_probed() -> None:
    rng = np.random.default_rng(5)
    descriptors = random_descriptors(rng, 2)
    lists = FaissDescriptorLists()
    lists.extend(descriptors, listed_minutiae([np.array([[3], [7]], np.uint16)]))

    def votes(probed: list[list[int]]) -> list[float]:
        return [float(each) for each in lists.votes(descriptors, np.array(probed, np.uint16))[1]]

    assert votes([[3, 5], [7, 5]]) == [2.0]
    assert votes([[3, 5], [5, 6]]) == [1.0]
    assert votes([[7, 5], [3, 5]]) == []


def test_bits_are_near_up_to_a_third_of_them() -> None:
    rng = np.random.default_rng(6)
    (stored,) = random_descriptors(rng, 1)
    lists, number = FaissDescriptorLists(), np.array([[3]], np.uint16)
    lists.extend(stored[None], listed_minutiae([number]))
    probes = [np.packbits(np.arange(256) < differing).view(np.uint64) for differing in (84, 85)]

    near, far = [lists.votes((stored ^ bits)[None], number) for bits in probes]

    assert near[1].tolist() == [pytest.approx((44 / 128) ** 2)]
    assert len(far[1]) == 0
