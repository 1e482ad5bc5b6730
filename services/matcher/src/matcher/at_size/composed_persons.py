"""Composes persons of several fingers from a set of single ones.

Sets of fingerprints name fingers, not whose they are. So the fingers of a set are put in random
order and cut into groups: each finger belongs to one person of a composition at most, and no person
has fingers of two sets, which would make it easier to tell apart. In one composition after the
other each impression of a finger is once on record, and the other ones are probes. So persons of
one composition share no finger; those of different compositions do, and are never on record at the
same time.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from matcher.evaluation.image_collection import ImageCollection
from matcher.evaluation.open_set_rates import Templates


@dataclass(frozen=True, slots=True, eq=False)
class ComposedPerson:
    """A person of several fingers: the images on record, and those of each probe.

    Images are numbers within the collection, one for each finger.
    """

    person_id: str
    on_record: tuple[int, ...]
    probes: tuple[tuple[int, ...], ...]


def compositions(
    collection: ImageCollection, references: Templates, probes: Templates, fingers: int, seed: int
) -> Iterator[list[ComposedPerson]]:
    """Yield compositions of persons, as many as the finger with most impressions has of these.

    references, probes: template of each image, None where it cannot be read: it is left out.
    A probe has the next impression of every finger, as long as all of them have one.
    """
    readable = _readable_images(collection, references)
    rounds = max(len(images) for of_set in readable.values() for images in of_set.values())
    for number in range(rounds):
        rng = np.random.default_rng((seed, number))
        persons = []
        for name, of_set in readable.items():
            groups = _groups(sorted(of_set), fingers, rng)
            persons += [_person(name, group, of_set, probes, number) for group in groups]
        yield persons


def check_enough(collection: ImageCollection, fingers: int) -> None:
    """Raise ValueError if not even two persons of so many fingers can be composed."""
    of_set: dict[str, set[str]] = {}
    for image in collection.images:
        of_set.setdefault(image.set, set()).add(image.finger)
    if sum(len(each) // fingers for each in of_set.values()) < 2:
        raise ValueError(
            f"--fingers {fingers}: no two persons can be composed, since no finger belongs to two "
            "persons and no person has fingers of two sets"
        )


def _readable_images(
    collection: ImageCollection, references: Templates
) -> dict[str, dict[str, list[int]]]:
    """Return the images that can be on record, by set and finger."""
    found: dict[str, dict[str, list[int]]] = {}
    for number, image in enumerate(collection.images):
        if references[number] is not None:
            found.setdefault(image.set, {}).setdefault(image.finger, []).append(number)
    return found


def _groups(names: list[str], size: int, rng: np.random.Generator) -> list[list[str]]:
    order = [names[k] for k in rng.permutation(len(names))]
    return [order[start : start + size] for start in range(0, len(order) - size + 1, size)]


def _person(
    name: str, group: list[str], of_set: dict[str, list[int]], probes: Templates, number: int
) -> ComposedPerson:
    on_record, others = [], []
    for finger in group:
        images = of_set[finger]
        on_record.append(images[number % len(images)])
        others.append([k for k in images if k != on_record[-1] and probes[k] is not None])
    person_id = f"{name}/{'+'.join(group)}"
    return ComposedPerson(person_id, tuple(on_record), tuple(zip(*others, strict=False)))
