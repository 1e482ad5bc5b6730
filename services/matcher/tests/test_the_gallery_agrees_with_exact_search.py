"""However encounters come and go, the gallery finds what a search of all of them finds."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import pytest
from matcher.domain.biometrics import Embedding, Status
from matcher.domain.change import Change
from matcher.domain.gallery import Entry, Scope, Shortlist, StoredPerson
from matcher.domain.rules import shortlist
from matcher.index.gallery import Gallery

COUNT = 7
START = Change("", 0)
POSITIONS = (2, 7)


def embedding(rng: np.random.Generator) -> Embedding:
    vector = rng.standard_normal(256)
    return (vector / np.linalg.norm(vector)).astype(np.float16)


@dataclass
class Plain:
    """The same, the slow and obvious way."""

    entries: dict[str, Entry] = field(default_factory=dict)

    def update(self, gone: list[str], entries: list[Entry]) -> None:
        for encounter_id in gone:
            self.entries.pop(encounter_id, None)
        self.entries |= {entry.encounter_id: entry for entry in entries}

    def search(self, probe: dict[int, Embedding], scope: Scope) -> tuple[list[str], int]:
        persons: dict[str, list[float]] = {}
        for entry in self.entries.values():
            if not self._is_in(entry, scope):
                continue
            best = persons.setdefault(entry.person_id, [-np.inf] * len(probe))
            for column, (position, query) in enumerate(probe.items()):
                if position in entry.embeddings:
                    stored = entry.embeddings[position].astype(np.float32)
                    best[column] = max(best[column], float(stored @ query.astype(np.float32)))
        names = sorted(persons)
        table = np.array([persons[name] for name in names], np.float32).reshape(-1, len(probe))
        chosen = shortlist(np.where(np.isinf(table), np.nan, table), COUNT)
        return [names[i] for i in chosen], len(persons)

    def _is_in(self, entry: Entry, scope: Scope) -> bool:
        return (
            entry.status.searchable
            and (scope.before is None or entry.added < scope.before)
            and entry.encounter_id != scope.encounter_id
            and entry.person_id != scope.person_id
        )


def _entry(rng: np.random.Generator, number: int, encounter_id: str, person_id: str) -> Entry:
    held = POSITIONS if rng.random() < 0.8 else POSITIONS[:1]
    status = Status(int(rng.integers(1, 5)))
    return Entry(
        encounter_id, person_id, status, number, {position: embedding(rng) for position in held}
    )


def _names(persons: tuple[StoredPerson, ...]) -> list[str]:
    return [person.person_id for person in persons]


@pytest.mark.parametrize("seed", range(4))
def test_after_any_changes_both_find_the_same(seed: int) -> None:
    rng = np.random.default_rng(seed)
    gallery, plain = Gallery(START), Plain()

    for number in range(1, 400, 5):
        entries = [
            _entry(rng, number + i, f"e{number + i}", f"p{rng.integers(120)}") for i in range(5)
        ]
        gone = [f"e{rng.integers(number + 1)}" for _ in range(int(rng.integers(4)))]
        gallery.update(gone, entries)
        plain.update(gone, entries)
        scope = Scope(
            before=int(rng.integers(number + 5)) if rng.random() < 0.5 else None,
            encounter_id=f"e{rng.integers(number + 5)}" if rng.random() < 0.5 else None,
            person_id=f"p{rng.integers(120)}" if rng.random() < 0.3 else None,
        )
        probe = {position: embedding(rng) for position in POSITIONS}
        found = gallery.search(probe, scope, COUNT)
        assert (_names(found.persons), found.people) == plain.search(probe, scope)


def test_what_is_exported_is_what_was_put_in() -> None:
    rng = np.random.default_rng(5)
    gallery, again = Gallery(START), Gallery(START)
    gallery.update((), [_entry(rng, n, f"e{n}", f"p{n % 50}") for n in range(300)])
    gallery.update([f"e{n}" for n in range(0, 300, 2)], [])

    again.update((), gallery.entries())

    probe = {position: embedding(rng) for position in POSITIONS}
    assert again.search(probe, Scope(), COUNT) == gallery.search(probe, Scope(), COUNT)
    assert again.size[:2] == gallery.size[:2]


def test_searches_beside_changes_see_a_whole_state() -> None:
    rng = np.random.default_rng(7)
    gallery = Gallery(START)
    probe = {2: embedding(rng)}
    steady = [Entry(f"s{n}", f"s{n}", Status.ACTIVE, n, {2: embedding(rng)}) for n in range(50)]
    coming = [Entry(f"c{n}", "comer", Status.ACTIVE, n, {2: probe[2]}) for n in range(300)]
    gallery.update((), steady)

    def change() -> None:
        for before, entry in itertools.pairwise(coming):
            gallery.update([before.encounter_id], [entry], Change("", entry.added))

    with ThreadPoolExecutor(3) as threads:
        changing = threads.submit(change)
        found: list[Shortlist] = []
        while not changing.done():
            found += threads.map(lambda _: gallery.search(probe, Scope(), COUNT), range(4))
        changing.result()

    assert found
    assert {each.people for each in found} <= {50, 51}
    for each in found:
        assert len(each.persons) == COUNT
        assert (each.persons[0].person_id == "comer") == (each.people == 51)
        if each.people == 51:
            assert each.persons[0].encounter_ids == (f"c{each.change.number}",)


def test_a_person_enrolled_often_pushes_nobody_out() -> None:
    rng = np.random.default_rng(6)
    wanted = embedding(rng)
    near = [(wanted + 0.01 * embedding(rng)).astype(np.float16) for _ in range(60)]
    gallery = Gallery(START)
    gallery.update(
        (),
        [Entry(f"often-{n}", "often", Status.ACTIVE, n, {2: near[n]}) for n in range(60)]
        + [Entry(f"e{n}", f"p{n}", Status.ACTIVE, 60 + n, {2: embedding(rng)}) for n in range(20)],
    )

    found = gallery.search({2: wanted}, Scope(), COUNT)

    assert found.people == 21
    assert len(found.persons) == COUNT
    assert found.persons[0].person_id == "often"
    assert len(found.persons[0].encounter_ids) == 60
