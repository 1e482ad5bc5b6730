"""Encounters that are read together become what each alone would be, bit for bit."""

import hashlib
from dataclasses import replace

import numpy as np
from matcher.domain.encounter import EncounterStatus
from matcher.domain.finger import read_template
from matcher.domain.index_entry import IndexEntry
from matcher.index.finger_features import finger_features
from matcher.index.index_columns import columns_of, entries_of
from matcher.index.memory_checksum import memory_checksum
from matcher.index.stored_columns import columns_of_stored
from matcher.minutiae import Minutiae
from matcher.record.iso19794 import FingerRecord, write
from matcher.store.index_source import IndexedEncounter, IndexedFinger
from matcher.synthetic import LIVE_SCAN, generate_master
from matcher.synthetic.simulated_map import generate_mapped_template

from .models import models
from .people import minutiae

DAMAGED = b"not what was stored"


def mapped(person: int, position: int) -> Minutiae:
    master = generate_master(person * 16 + position)
    return generate_mapped_template(master, 0, capture_difficulty=LIVE_SCAN)


def stored(found: Minutiae, position: int, *, embedded: bool = True) -> IndexedFinger:
    record = write(FingerRecord(position, 0, found))
    embedding = models().embedding.embed(read_template(record)).astype(np.float16)
    digest = hashlib.sha256(record).digest()
    return IndexedFinger(record, digest, embedding if embedded else None)


def encounter(
    number: int,
    fingers: dict[int, IndexedFinger],
    status: EncounterStatus = EncounterStatus.ACTIVE,
    galleries: tuple[str, ...] = (),
) -> IndexedEncounter:
    return IndexedEncounter(f"e{number}", f"p{number}", status, number + 1, fingers, galleries)


def alone(one: IndexedEncounter) -> IndexEntry:
    """What an index holds of an encounter, finger by finger."""
    fingers = {}
    for position, finger in one.fingers.items():
        if finger.template != DAMAGED:
            found = read_template(finger.template)
            embedding = models().embedding.embed(found).astype(np.float16)
            fingers[position] = finger_features(models(), found, embedding, lists=1)
    unreadable = tuple(one.fingers.keys() - fingers.keys())
    return IndexEntry(
        one.encounter_id,
        one.person_id,
        one.status,
        one.added_by_change,
        fingers,
        unreadable,
        one.galleries,
        one.checksum,
    )


def test_columns_of_a_batch_are_those_of_its_encounters() -> None:
    damaged = replace(stored(minutiae(3, 2), 2), template=DAMAGED)
    batch = [
        encounter(0, {p: stored(minutiae(0, p), p) for p in (2, 7)}),
        encounter(1, {2: stored(mapped(1, 2), 2)}, galleries=("b", "a")),
        encounter(2, {7: stored(minutiae(2, 7), 7)}, EncounterStatus.INACTIVE),
        encounter(3, {2: damaged, 7: stored(mapped(3, 7), 7)}, EncounterStatus.FRAUD),
        encounter(4, {2: stored(minutiae(4, 2), 2, embedded=False)}, galleries=("a",)),
        encounter(5, {2: stored(minutiae(5, 2)[:3], 2), 7: stored(minutiae(5, 7)[:0], 7)}),
    ]

    columns, computed = columns_of_stored(models(), batch)

    searched = [alone(one) for one in batch if one.status.is_searched]
    expected = columns_of(searched)
    assert [memory_checksum(each) for each in entries_of(columns)] == [
        memory_checksum(each) for each in searched
    ]
    assert columns.memory_checksum.tolist() == expected.memory_checksum.tolist()
    assert columns.checksum.tolist() == expected.checksum.tolist()
    assert columns.unreadable.tolist() == expected.unreadable.tolist() == [0, 0, 2, 0, 0]
    assert columns.gallery_sets == expected.gallery_sets
    assert columns.galleries.tolist() == expected.galleries.tolist()
    assert [*columns.fingers] == [*expected.fingers] == [2, 7]
    assert columns.fingers[2].owner.tolist() == expected.fingers[2].owner.tolist()
    assert computed.keys() == {("e4", 2)}


def test_a_batch_of_which_nobody_is_searched_is_empty() -> None:
    batch = [encounter(0, {2: stored(minutiae(0, 2), 2)}, EncounterStatus.INACTIVE)]

    columns, computed = columns_of_stored(models(), batch)

    assert (len(columns), columns.fingers, computed) == (0, {}, {})
