"""The demo's population: who is on record, and who applies on which day, from one seed."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import date

from passport.issuance.v1 import applications_pb2 as applications

from harness.world.fingers import (
    Fingers,
    ImageFileFingers,
    SyntheticImageFingers,
    synthetic_image_fingers,
    template_fingers,
)
from harness.world.names import Holder, holder
from harness.world.seeds import stream

ARRIVALS = {
    date(2018, 10, 26): 70,
    date(2018, 10, 29): 92,
    date(2018, 10, 30): 162,
    date(2018, 10, 31): 54,
    date(2018, 11, 1): 54,
    date(2018, 11, 2): 54,
}
"""A reconstruction consistent with every published figure; the real arrivals were not published."""
PLANTED_DAYS = tuple(ARRIVALS)[1:]
"""On each of these days somebody on record applies under another name."""


@dataclass(frozen=True, slots=True)
class Size:
    """Size of a world. Those with images are part of the others."""

    on_record: int = 2_000
    arrivals: Mapping[date, int] = field(default_factory=lambda: ARRIVALS)
    planted_days: tuple[date, ...] = PLANTED_DAYS
    renewals: int = 130
    images_on_record: int = 40
    images_of_first_time_applicants: int = 2
    images_of_planted: int = 2


@dataclass(frozen=True, slots=True)
class Human:
    """A person. person_id: None for those not on record."""

    key: str
    holder: Holder
    fingers: Fingers
    person_id: str | None = None


@dataclass(frozen=True, slots=True)
class Applicant:
    """An applicant who comes to the counter on a day and claims to be ``holder``.

    person_id: the record that the applicant claims; empty for a first passport.
    """

    key: str
    human: Human
    holder: Holder
    day: date
    person_id: str

    @property
    def renews(self) -> bool:
        """Return whether it is a renewal."""
        return bool(self.person_id)

    @property
    def planted(self) -> bool:
        """Return whether a person on record applies for a first passport."""
        return not self.person_id and self.human.person_id is not None

    @property
    def type(self) -> "applications.ApplicationType.ValueType":
        """Return what is applied for."""
        return (
            applications.APPLICATION_TYPE_RENEWAL
            if self.renews
            else applications.APPLICATION_TYPE_NEW
        )

    @property
    def next_impression(self) -> int:
        """Return the number of the applicant's next capture."""
        return 2 if self.human.person_id else 1


@dataclass(frozen=True, slots=True)
class World:
    """The population: people on record, and applicants by day in order of completion."""

    on_record: Sequence[Human]
    applicants: Mapping[date, Sequence[Applicant]]

    @property
    def all_applicants(self) -> list[Applicant]:
        """Return the applicants of all days in order of completion."""
        return [one for day in self.applicants.values() for one in day]

    def render(self) -> None:
        """Begin to render all images, those of people on record first."""
        humans = [*self.on_record, *(one.human for one in self.all_applicants)]
        for fingers in {id(h.fingers): h.fingers for h in humans}.values():
            if isinstance(fingers, SyntheticImageFingers):
                fingers.begin()


def a_person(seed: int, key: str, *, on_record: bool = False) -> Human:
    """Return a person with synthetic fingers, the same for the same seed and key."""
    who = holder(stream(seed, "holder", key))
    return Human(key, who, template_fingers(seed, key), key if on_record else None)


def applicant(human: Human, day: date) -> Applicant:
    """Return an honest applicant: a renewal by a person on record, else a first passport."""
    return Applicant(f"application-{human.key}", human, human.holder, day, human.person_id or "")


def duplicate_applicant(seed: int, human: Human, day: date) -> Applicant:
    """Return a person on record who applies under another name."""
    key = f"application-{human.key}-under-another-name"
    return Applicant(key, human, holder(stream(seed, "holder", key)), day, "")


def create(
    seed: int,
    renderer: Executor,
    image_file_fingers: Sequence[ImageFileFingers] = (),
    size: Size | None = None,
) -> World:
    """Return the world of a seed; people with image files renew, as far as renewals reach."""
    return _Maker(seed, renderer, size or Size()).world(image_file_fingers)


class _Maker:
    def __init__(self, seed: int, renderer: Executor, size: Size) -> None:
        self._seed, self._renderer, self._size = seed, renderer, size
        self._chance = stream(seed, "arrivals")

    def world(self, image_file_fingers: Sequence[ImageFileFingers]) -> World:
        on_record = self._population(image_file_fingers[: self._size.renewals])
        has_images = [human for human in on_record if human.fingers.has_images]
        with_templates = [human for human in on_record if not human.fingers.has_images]
        self._chance.shuffle(with_templates)
        planted = has_images[: self._size.images_of_planted]
        renewing = has_images[len(planted) :]
        planted += self._take(with_templates, len(self._size.planted_days) - len(planted))
        renewing += self._take(with_templates, self._size.renewals - len(renewing))
        return World(on_record, self._days(renewing, planted))

    def _population(self, image_file_fingers: Sequence[ImageFileFingers]) -> list[Human]:
        people: list[Human] = []
        for number in range(1, self._size.on_record + 1):
            key = f"ID{number:07d}"
            fingers: Fingers
            if number <= len(image_file_fingers):
                fingers = image_file_fingers[number - 1]
            elif number <= self._size.images_on_record:
                fingers = synthetic_image_fingers(
                    self._seed, key, renderer=self._renderer, occasions=2
                )
            else:
                fingers = template_fingers(self._seed, key)
            people.append(Human(key, self._holder(key), fingers, person_id=key))
        return people

    def _days(
        self, renewing: Sequence[Human], planted: Sequence[Human]
    ) -> dict[date, list[Applicant]]:
        size = self._size
        first_time_applicants = self._first_time_applicants(
            sum(size.arrivals.values()) - len(renewing)
        )
        honest = [*renewing, *first_time_applicants]
        self._chance.shuffle(honest)
        duplicates = list(planted)
        self._chance.shuffle(duplicates)
        days: dict[date, list[Applicant]] = {}
        for day, count in size.arrivals.items():
            days[day] = [applicant(human, day) for human in self._take(honest, count)]
            if day in size.planted_days:
                planted_one = duplicate_applicant(self._seed, duplicates.pop(), day)
                days[day].insert(self._chance.randrange(count + 1), planted_one)
        return days

    def _first_time_applicants(self, count: int) -> Iterator[Human]:
        for number in range(1, count + 1):
            key = f"first-time-{number}"
            fingers: Fingers = (
                synthetic_image_fingers(self._seed, key, renderer=self._renderer, occasions=2)
                if number <= self._size.images_of_first_time_applicants
                else template_fingers(self._seed, key)
            )
            yield Human(key, self._holder(key), fingers)

    def _holder(self, key: str) -> Holder:
        return holder(stream(self._seed, "holder", key))

    @staticmethod
    def _take(people: list[Human], count: int) -> list[Human]:
        taken, people[:] = people[:count], people[count:]
        return taken
