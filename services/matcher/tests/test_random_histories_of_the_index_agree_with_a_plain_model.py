"""Whatever happens to the index, in whatever order, it holds and finds what a plain list does."""

import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from matcher.domain.change_token import ChangeToken
from matcher.domain.encounter import EncounterStatus
from matcher.domain.index_entry import FingerFeatures, IndexEntry
from matcher.domain.shortlist import SearchDepth, SearchScope
from matcher.index import compaction_plan, finger_segment, memory_index, snapshot
from matcher.index.frozen_index import FrozenIndex
from matcher.index.memory_checksum import memory_checksum
from matcher.index.memory_index import MemoryIndex
from matcher.index.segment_folder import SegmentFolder

from .indexed_entries import entries_when_frozen
from .plain_search import POSITIONS, PlainSearch, found_by
from .random_fingers import random_finger

HEADER = snapshot.SnapshotHeader("0" * 32, 10**6, "1" * 12, "embedding-1", "comparison-1", "q-1")
GALLERIES = ("diplomatic", "lost", "visitors")
ENCOUNTERS = st.integers(0, 30).map(lambda n: f"encounter-{n}")
PERSONS = st.integers(0, 8).map(lambda n: f"person-{n}" * (1 + n % 3))
SEEDS = st.integers(0, 10**6)
SETS_OF_GALLERIES = st.sets(st.sampled_from(GALLERIES)).map(lambda names: tuple(sorted(names)))
SCOPES = st.builds(
    SearchScope,
    st.none() | st.integers(0, 60),
    st.none() | ENCOUNTERS,
    st.none() | PERSONS,
    st.just(()) | SETS_OF_GALLERIES,
)
DEPTHS = st.sampled_from(
    [
        SearchDepth(10_000, 5),
        SearchDepth(4, 3),
        SearchDepth(4, 3, 2, 2),
        SearchDepth(4, 3, 2, 2, by_codes=True),
        SearchDepth(4, 3, 2, 2, by_codes=True, signs_only=True),
    ]
)


def _probe(seed: int) -> dict[int, FingerFeatures]:
    rng = np.random.default_rng(seed)
    return {position: random_finger(rng) for position in POSITIONS}


def _embedding(finger: FingerFeatures) -> bytes:
    return finger.embedding.tobytes()


def _held(entries: list[IndexEntry]) -> dict[str, int]:
    """All of some entries: the checksum of each by its id."""
    return {entry.encounter_id: memory_checksum(entry) for entry in entries}


class Histories(RuleBasedStateMachine):
    """The index beside a plain list of entries."""

    def __init__(self) -> None:
        super().__init__()
        self.number = 0
        self.index = MemoryIndex(ChangeToken(HEADER.database_epoch, 0))
        self.plain = PlainSearch()
        self.saving = ExitStack()
        self.saved: tuple[FrozenIndex, dict[str, int], int] | None = None
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "index"
        self.segments = SegmentFolder(self.path)
        self.log: list[tuple[list[str], list[IndexEntry]]] = []  # changes since it was saved
        self.enrolled: set[bytes] = set()  # embeddings

    @rule(
        encounter_id=ENCOUNTERS,
        person_id=PERSONS,
        status=st.sampled_from(EncounterStatus),
        seed=SEEDS,
        positions=st.sets(st.sampled_from(POSITIONS), min_size=1),
        unreadable=st.sets(st.sampled_from((1, 10))),
        galleries=SETS_OF_GALLERIES,
    )
    def enrol(
        self,
        encounter_id: str,
        person_id: str,
        status: EncounterStatus,
        seed: int,
        positions: set[int],
        unreadable: set[int],
        galleries: tuple[str, ...],
    ) -> None:
        rng = np.random.default_rng(seed)
        fingers = {p: random_finger(rng, int(rng.integers(1, 30))) for p in sorted(positions)}
        self.number += 1
        self._update(
            [],
            [
                IndexEntry(
                    encounter_id,
                    person_id,
                    status,
                    self.number,
                    fingers,
                    tuple(sorted(unreadable)),
                    galleries,
                    seed,
                )
            ],
        )

    @rule(encounter_ids=st.lists(ENCOUNTERS, max_size=8))
    def delete(self, encounter_ids: list[str]) -> None:
        self._update(encounter_ids, [])

    @rule(person_id=PERSONS, other=PERSONS)
    def merge(self, person_id: str, other: str) -> None:
        of_person = [e for e in self.plain.entries.values() if e.person_id == person_id]
        self._update([], [replace(entry, person_id=other) for entry in of_person])

    @rule(encounter_id=ENCOUNTERS, status=st.sampled_from(EncounterStatus))
    def change_status(self, encounter_id: str, status: EncounterStatus) -> None:
        if encounter_id in self.plain.entries:
            self._update([], [replace(self.plain.entries[encounter_id], status=status)])

    @rule(scope=SCOPES, depth=DEPTHS, seed=SEEDS)
    def search(self, scope: SearchScope, depth: SearchDepth, seed: int) -> None:
        found = self.index.search(_probe(seed), scope, depth)

        people = found.people_by_positions
        by_positions = {int(p): int(people[p]) for p in np.flatnonzero(people)}
        assert (found_by(found), by_positions) == self.plain.search(_probe(seed), scope, depth)

    @precondition(lambda self: self.saved is None)
    @rule()
    def begin_to_save(self) -> None:
        frozen = self.saving.enter_context(self.index.frozen())
        self.saved = frozen, _held(self._searched()), len(self.log)

    @precondition(lambda self: self.saved is not None)
    @rule()
    def save_and_restore_beside_it(self) -> None:
        assert self.saved is not None
        frozen, held, changes = self.saved
        snapshot.write(self.path, HEADER, frozen)
        restored = snapshot.read(self.path, HEADER)
        self._end_saving()
        self.log = self.log[changes:]

        with restored.frozen() as again:
            assert _held(entries_when_frozen(again)) == held

    @rule()
    def restart_from_a_snapshot(self) -> None:
        self._end_saving()
        self.save()
        self.index = snapshot.read(self.path, HEADER)

    @rule()
    def save(self) -> None:
        with self.index.frozen() as frozen:
            snapshot.write(self.path, HEADER, frozen)
        self.log.clear()

    @rule()
    def forget_and_save(self) -> None:
        self._end_saving()
        while self.index.compact(self.segments, purge=True):
            pass
        self.save()

        on_disk = b"".join(
            path.read_bytes() for path in Path(self.folder.name).rglob("*") if path.is_file()
        )
        held = {_embedding(f) for each in self._searched() for f in each.fingers.values()}
        assert not [gone for gone in self.enrolled - held if gone in on_disk]

    @precondition(lambda self: self.path.exists())
    @rule()
    def crash(self) -> None:
        self._end_saving()
        self.index = snapshot.read(self.path, HEADER)
        for removed, entries in self.log:
            self.index.update(removed, entries)

    @rule()
    def seal_and_compact(self) -> None:
        is_done = self.index.compact(self.segments)

        assert not (is_done and self.saved)

    @rule()
    def compact_in_memory(self) -> None:
        self.index.compact()

    @invariant()
    def it_holds_what_was_put_in(self) -> None:
        searched = self._searched()
        held, altered = self.index.examine(0, self.number)
        sums = self.index.contents.sums

        assert held == {entry.encounter_id: entry.checksum for entry in searched}
        assert altered == []
        assert self.index.size[:2] == (
            len({entry.person_id for entry in searched}),
            sum(len(entry.fingers) for entry in searched),
        )
        assert (sums.encounters, sums.fingers, sums.checksum) == (
            len(searched),
            sum(len(entry.fingers) + len(entry.unreadable) for entry in searched),
            sum(entry.checksum for entry in searched) % 2**64,
        )
        assert [(each.encounter_id, each.position) for each in self.index.unreadable] == sorted(
            (entry.encounter_id, position) for entry in searched for position in entry.unreadable
        )

    def teardown(self) -> None:
        self._end_saving()
        self.folder.cleanup()

    def _update(self, removed: list[str], entries: list[IndexEntry]) -> None:
        self.index.update(removed, entries)
        self.plain.update(removed, entries)
        self.log.append((removed, entries))
        self.enrolled |= {_embedding(f) for each in entries for f in each.fingers.values()}

    def _searched(self) -> list[IndexEntry]:
        return [e for e in self.plain.entries.values() if e.status.is_searched]

    def _end_saving(self) -> None:
        self.saving.close()
        self.saved = None


def test_after_any_history_both_hold_and_find_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finger_segment, "_COMPACTION_MINIMUM", 2)
    monkeypatch.setattr(compaction_plan, "_SEALED_FINGERS", 4)
    monkeypatch.setattr(compaction_plan, "_MOST_FINGERS", 10)
    monkeypatch.setattr(compaction_plan, "_COPIED_AT_ONCE", 3)
    monkeypatch.setattr(memory_index, "_FINGERS_AT_ONCE", 3)

    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=40,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[*HealthCheck],
            derandomize=True,
        ),
    )
