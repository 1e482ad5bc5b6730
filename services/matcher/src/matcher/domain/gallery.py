"""What is a gallery? A named set of encounters, there as long as an encounter belongs to it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Gallery:
    """A gallery with its number of encounters."""

    name: str
    encounters: int


@dataclass(frozen=True, slots=True)
class GalleryMember:
    """An encounter of a gallery, and whose it is."""

    encounter_id: str
    person_id: str


@dataclass(frozen=True, slots=True)
class GallerySize:
    """How many encounters belong to a gallery, and how many persons have one of them."""

    encounters: int
    people: int
