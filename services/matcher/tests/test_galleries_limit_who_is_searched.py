"""A search of galleries goes over the encounters that belong to at least one of them."""

from pathlib import Path

from matcher.bootstrap import StoreAndIndex
from matcher.domain.encounter import EncounterStatus
from matcher.domain.shortlist import SearchScope

from .store_and_index import DEPTH, enrol, features, opened


async def _found(base: StoreAndIndex, *galleries: str) -> list[str]:
    scope = SearchScope(galleries=galleries)
    found = await base.index.search(features(1), scope, DEPTH, seconds_left=10)
    return sorted(person.person_id or "" for person in found.persons)


async def test_it_does_whether_the_index_comes_from_the_database_or_a_snapshot(
    tmp_path: Path,
) -> None:
    snapshot_file = tmp_path / "index.snapshot"
    async with opened(tmp_path, snapshot_file=snapshot_file) as base:
        await enrol(base, 1, galleries=("lost",))
        await enrol(base, 2, galleries=("lost", "visitors"))
        await enrol(base, 3)
        from_database = [await _found(base, "visitors"), await _found(base, "lost")]
        await base.index.save_snapshot()
    async with opened(tmp_path, snapshot_file=snapshot_file) as base:
        from_snapshot = [await _found(base, "visitors"), await _found(base, "lost")]
        both, nobody = await _found(base, "visitors", "lost"), await _found(base, "unknown")
        everybody = await _found(base)

    assert from_database == from_snapshot == [["person-2"], ["person-1", "person-2"]]
    assert (both, nobody) == (["person-1", "person-2"], [])
    assert everybody == ["person-1", "person-2", "person-3"]


async def test_known_fraud_is_marked_whatever_gallery_it_is_in(tmp_path: Path) -> None:
    async with opened(tmp_path) as base:
        await enrol(base, 1, galleries=("visitors",))
        await enrol(base, 2, EncounterStatus.FRAUD)
        async with base.store.write() as records:
            await records.encounter_changes.move("encounter-2", "person-1")
        scope = SearchScope(galleries=("visitors",))
        found = await base.index.search(features(1), scope, DEPTH, seconds_left=10)

    (person,) = found.persons
    assert (person.person_id, person.known_fraud) == ("person-1", True)
    assert list(person.statuses) == ["encounter-1"]
