"""Who is on record, and who applies on which day: the world of the demo, from one seed."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import date

from passport.issuance.v1 import applications_pb2 as applications

from harness.world.fingers import Fingers, Photographed, Rendered, drawn, rendered
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
    """How large a world is; pictured ones are part of the others."""

    on_record: int = 2_000
    arrivals: Mapping[date, int] = field(default_factory=lambda: ARRIVALS)
    planted_days: tuple[date, ...] = PLANTED_DAYS
    renewals: int = 130
    pictured_on_record: int = 40
    pictured_strangers: int = 2
    pictured_planted: int = 2


@dataclass(frozen=True, slots=True)
class Human:
    """Somebody with fingers; person_id is None for those not on record."""

    key: str
    holder: Holder
    fingers: Fingers
    person_id: str | None = None


@dataclass(frozen=True, slots=True)
class Applicant:
    """Somebody who comes to the counter on a day, saying to be ``holder``.

    person_id: the record they name; empty where they say to have none.
    """

    key: str
    human: Human
    holder: Holder
    day: date
    person_id: str

    @property
    def renews(self) -> bool:
        """Whether it is a renewal."""
        return bool(self.person_id)

    @property
    def planted(self) -> bool:
        """Whether somebody on record applies as if they were not."""
        return not self.person_id and self.human.person_id is not None

    @property
    def type(self) -> "applications.ApplicationType.ValueType":
        """What they apply for."""
        return (
            applications.APPLICATION_TYPE_RENEWAL
            if self.renews
            else applications.APPLICATION_TYPE_NEW
        )

    @property
    def next_impression(self) -> int:
        """The first occasion on which their fingers have not been taken yet."""
        return 2 if self.human.person_id else 1


@dataclass(frozen=True, slots=True)
class World:
    """Everybody: those on record, and applicants by day in order of their completion."""

    on_record: Sequence[Human]
    applicants: Mapping[date, Sequence[Applicant]]

    @property
    def all_applicants(self) -> list[Applicant]:
        """Applicants of all days in order of their completion."""
        return [one for day in self.applicants.values() for one in day]

    def render(self) -> None:
        """Begin to make all pictures, those on record first."""
        humans = [*self.on_record, *(one.human for one in self.all_applicants)]
        for fingers in {id(h.fingers): h.fingers for h in humans}.values():
            if isinstance(fingers, Rendered):
                fingers.begin()


def somebody(seed: int, key: str, *, on_record: bool = False) -> Human:
    """Somebody with synthetic fingers, the same for the same seed and key."""
    who = holder(stream(seed, "holder", key))
    return Human(key, who, drawn(seed, key), key if on_record else None)


def applicant(human: Human, day: date) -> Applicant:
    """An honest applicant: a renewal by somebody on record, else a first passport."""
    return Applicant(f"application-{human.key}", human, human.holder, day, human.person_id or "")


def deceiver(seed: int, human: Human, day: date) -> Applicant:
    """Somebody on record who says to be somebody else."""
    key = f"application-{human.key}-under-another-name"
    return Applicant(key, human, holder(stream(seed, "holder", key)), day, "")


def create(
    seed: int,
    renderer: Executor,
    photographed: Sequence[Photographed] = (),
    size: Size | None = None,
) -> World:
    """The world of a seed; of the photographed as many as there are renewals come to apply."""
    return _Maker(seed, renderer, size or Size()).world(photographed)


class _Maker:
    def __init__(self, seed: int, renderer: Executor, size: Size) -> None:
        self._seed, self._renderer, self._size = seed, renderer, size
        self._chance = stream(seed, "arrivals")

    def world(self, photographed: Sequence[Photographed]) -> World:
        on_record = self._population(photographed[: self._size.renewals])
        pictured = [human for human in on_record if human.fingers.pictured]
        drawn_ones = [human for human in on_record if not human.fingers.pictured]
        self._chance.shuffle(drawn_ones)
        planted = pictured[: self._size.pictured_planted]
        renewing = pictured[len(planted) :]
        planted += self._take(drawn_ones, len(self._size.planted_days) - len(planted))
        renewing += self._take(drawn_ones, self._size.renewals - len(renewing))
        return World(on_record, self._days(renewing, planted))

    def _population(self, photographed: Sequence[Photographed]) -> list[Human]:
        people: list[Human] = []
        for number in range(1, self._size.on_record + 1):
            key = f"ID{number:07d}"
            fingers: Fingers
            if number <= len(photographed):
                fingers = photographed[number - 1]
            elif number <= self._size.pictured_on_record:
                fingers = rendered(self._seed, key, renderer=self._renderer, occasions=2)
            else:
                fingers = drawn(self._seed, key)
            people.append(Human(key, self._holder(key), fingers, person_id=key))
        return people

    def _days(
        self, renewing: Sequence[Human], planted: Sequence[Human]
    ) -> dict[date, list[Applicant]]:
        size = self._size
        strangers = self._strangers(sum(size.arrivals.values()) - len(renewing))
        honest = [*renewing, *strangers]
        self._chance.shuffle(honest)
        deceivers = list(planted)
        self._chance.shuffle(deceivers)
        days: dict[date, list[Applicant]] = {}
        for day, count in size.arrivals.items():
            days[day] = [applicant(human, day) for human in self._take(honest, count)]
            if day in size.planted_days:
                planted_one = deceiver(self._seed, deceivers.pop(), day)
                days[day].insert(self._chance.randrange(count + 1), planted_one)
        return days

    def _strangers(self, count: int) -> Iterator[Human]:
        for number in range(1, count + 1):
            key = f"stranger-{number}"
            fingers: Fingers = (
                rendered(self._seed, key, renderer=self._renderer, occasions=2)
                if number <= self._size.pictured_strangers
                else drawn(self._seed, key)
            )
            yield Human(key, self._holder(key), fingers)

    def _holder(self, key: str) -> Holder:
        return holder(stream(self._seed, "holder", key))

    @staticmethod
    def _take(people: list[Human], count: int) -> list[Human]:
        taken, people[:] = people[:count], people[count:]
        return taken
