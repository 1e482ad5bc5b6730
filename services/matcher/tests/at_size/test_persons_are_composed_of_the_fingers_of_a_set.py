from pathlib import Path

import pytest
from matcher.at_size.composed_persons import ComposedPerson, check_enough, compositions
from matcher.evaluation.image_collection import ImageCollection, LabelledImage
from matcher.minutiae import Minutiae

from ..fingers import a_finger  # noqa: TID252

IMPRESSIONS = 3


def a_collection(**fingers_of_set: int) -> ImageCollection:
    return ImageCollection(
        [
            LabelledImage(name, f"{finger}", impression, Path(f"{finger}_{impression}.png"), 500)
            for name, fingers in fingers_of_set.items()
            for finger in range(fingers)
            for impression in range(IMPRESSIONS)
        ],
        [],
    )


def composed(
    collection: ImageCollection, *, seed: int = 0, unreadable: tuple[int, ...] = ()
) -> list[list[ComposedPerson]]:
    templates: list[Minutiae | None] = [
        None if number in unreadable else a_finger(1) for number in range(len(collection.images))
    ]
    return list(compositions(collection, templates, templates, 2, seed))


def test_no_finger_belongs_to_two_persons_and_no_person_has_fingers_of_two_sets() -> None:
    collection = a_collection(ink=6, live=5)

    for persons in composed(collection):
        images = [collection.images[number] for each in persons for number in each.on_record]
        assert len(persons) == 5
        assert len({(image.set, image.finger) for image in images}) == 10
        for person in persons:
            assert len({collection.images[number].set for number in person.on_record}) == 1


def test_every_impression_is_once_on_record_and_the_others_are_its_probes() -> None:
    collection = a_collection(live=4)

    rounds = composed(collection)

    on_record = sorted(n for persons in rounds for each in persons for n in each.on_record)
    assert on_record == list(range(12))
    for person in (person for persons in rounds for person in persons):
        assert len(person.probes) == 2
        for probe in person.probes:
            assert not set(probe) & set(person.on_record)
            fingers = [collection.images[number].finger for number in probe]
            assert fingers == [collection.images[number].finger for number in person.on_record]


def test_the_seed_decides() -> None:
    collection = a_collection(live=10)

    def names(seed: int) -> list[list[str]]:
        return [[each.person_id for each in persons] for persons in composed(collection, seed=seed)]

    assert names(0) == names(0)
    assert names(0) != names(1)


def test_an_image_that_cannot_be_read_is_neither_on_record_nor_a_probe() -> None:
    rounds = composed(a_collection(live=4), unreadable=(4,))

    used = {
        number
        for persons in rounds
        for each in persons
        for images in (each.on_record, *each.probes)
        for number in images
    }
    assert 4 not in used


def test_too_few_fingers_are_refused_before_anything_is_measured() -> None:
    check_enough(a_collection(ink=2, live=3), 2)

    with pytest.raises(ValueError, match="--fingers 3: no two persons can be composed"):
        check_enough(a_collection(ink=2, live=5), 3)
