"""The database gives back what was put in: fingers, images, embeddings, persons."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matcher.bootstrap import StoreAndIndex
from matcher.domain.encounter import Encounter, EncounterStatus, StoredFinger, StoredPerson
from matcher.domain.enrolment import Enrolment
from matcher.domain.errors import EncounterNotFound
from matcher.domain.finger import FingerImage, FingerSample, MissingFinger
from matcher.domain.finger_source import EncounterFingers, PersonFingers
from matcher.domain.office_scope import ALL_OFFICES
from matcher.domain.request import RequestOrigin
from matcher.store.encounter_changes import EncounterContents
from matcher.store.index_source import NewEmbedding
from matcher.use_cases.resolve_probe import ResolveProbe

from .models import models
from .store_and_index import INDEX, NOW, enrol, finger, opened

AMPUTATED = 1


async def _with_image_and_missing_finger(base: StoreAndIndex, name: str) -> Encounter:
    image = FingerImage(f"image of {name}".encode(), 500)
    found = replace(finger(1), image=image, quality=55)
    missing = FingerSample(7, 0, MissingFinger(AMPUTATED))
    origin = RequestOrigin("caller", f"request-{name}")
    enrolment = Enrolment(name, "person", "BJM", (missing,), None, origin, b"digest")
    async with base.store.write() as records:
        return await records.encounters.add(enrolment, [found], EncounterStatus.ACTIVE, NOW)


async def test_fingers_present_and_missing(tmp_path: Path) -> None:
    async with opened(tmp_path) as base:
        added = await _with_image_and_missing_finger(base, "one")
        async with base.store.read() as records:
            read = await records.encounters.get("one", ALL_OFFICES)

    assert added == read
    assert read.fingers == (
        StoredFinger(INDEX, len(finger(1).minutiae), 55, None),
        StoredFinger(7, 0, None, AMPUTATED),
    )
    assert (read.revision, read.added_by_change, read.created_at) == (1, 1, NOW)


async def test_the_image_of_a_finger_is_its_own(tmp_path: Path) -> None:
    async with opened(tmp_path) as base:
        for name in ("one", "two"):
            await _with_image_and_missing_finger(base, name)
        async with base.store.read() as records:
            image = await records.encounters.image("two", INDEX)
            none = [
                await records.encounters.image("two", 7),
                await records.encounters.image("three", INDEX),
            ]

    assert image == FingerImage(b"image of two", 500)
    assert none == [None, None]


async def test_embeddings_that_are_invalidated_are_computed_again(tmp_path: Path) -> None:
    async with opened(tmp_path) as base:
        for person in (1, 2):
            await enrol(base, person)
        async with base.store.write() as records:
            await records.index_source.invalidate_embeddings()
        async with base.store.read() as records:
            outdated = await records.index_source.added_after(0, 100)
        await base.index.catch_up()
        async with base.store.read() as records:
            computed = await records.index_source.added_after(0, 100)

    assert [each.fingers[INDEX].embedding for each in outdated] == [None, None]
    for person, each in enumerate(computed, 1):
        embedding = each.fingers[INDEX].embedding
        assert embedding is not None
        assert np.abs(embedding - finger(person).embedding).max() < 1e-3


async def test_a_finger_replaced_meanwhile_keeps_no_embedding_of_the_old_one(
    tmp_path: Path,
) -> None:
    old, new = finger(1), EncounterContents(fingers=(finger(2),))
    async with opened(tmp_path) as base:
        await enrol(base, 1)
        async with base.store.read() as records:
            (read,) = await records.index_source.added_after(0, 100)
        computed = NewEmbedding(old.embedding, read.fingers[INDEX].sha256)
        async with base.store.write() as records:
            await records.encounter_changes.replace("encounter-1", new)
        async with base.store.write() as records:
            await records.index_source.store_embeddings({("encounter-1", INDEX): computed})
        async with base.store.read() as records:
            (stored,) = await records.index_source.added_after(0, 100)

    embedding = stored.fingers[INDEX].embedding
    assert embedding is not None
    assert (embedding == finger(2).embedding).all()


async def test_a_person_is_all_encounters_that_are_searched_newest_first(tmp_path: Path) -> None:
    async with opened(tmp_path) as base:
        for name in ("one", "two", "three"):
            await _with_image_and_missing_finger(base, name)
        async with base.store.write() as records:
            await records.encounter_changes.set_status("two", EncounterStatus.INACTIVE)
        async with base.store.read() as records:
            before = await records.encounters.person("person", ALL_OFFICES)
            nobody = await records.encounters.person("nobody", ALL_OFFICES)
        async with base.store.write() as records:
            await records.encounter_changes.set_status("one", EncounterStatus.FRAUD)
        async with base.store.read() as records:
            after = await records.encounters.person("person", ALL_OFFICES)

    active, fraud = EncounterStatus.ACTIVE, EncounterStatus.FRAUD
    assert before == StoredPerson("person", {"three": active, "one": active})
    assert after == StoredPerson("person", {"three": active, "one": fraud})
    assert after.encounter_ids == ("three", "one")
    assert nobody is None


async def test_a_stored_probe_is_the_newest_of_each_finger(tmp_path: Path) -> None:
    async with opened(tmp_path) as base:
        await enrol(base, 1)
        await _with_image_and_missing_finger(base, "newer")
        resolve = ResolveProbe(base.store, None, base.pool, models().embedding)  # type: ignore[arg-type]

        probe = await resolve.from_encounters(["newer", "encounter-1"], "field")
        alone = await resolve(EncounterFingers("encounter-1"), "probe", ALL_OFFICES)
        person = await resolve(PersonFingers("person"), "probe", ALL_OFFICES)
        with pytest.raises(EncounterNotFound) as missing:
            await resolve.from_encounters(["deleted"], "encounter_id")

    assert [(each.position, each.encounter_id) for each in probe.recorded_as] == [(INDEX, "newer")]
    assert [each.encounter_id for each in alone.recorded_as] == ["encounter-1"]
    assert [each.encounter_id for each in person.recorded_as] == ["newer"]
    assert missing.value.field == "encounter_id"


async def test_an_encounter_marked_as_fraud_makes_its_person_known(tmp_path: Path) -> None:
    async with opened(tmp_path) as base:
        await enrol(base, 1, EncounterStatus.FRAUD)
        await enrol(base, 2)
        resolve = ResolveProbe(base.store, None, base.pool, models().embedding)  # type: ignore[arg-type]

        persons = [
            await resolve.stored_person(
                EncounterFingers(f"encounter-{n}"), "reference", ALL_OFFICES
            )
            for n in (1, 2)
        ]

    assert [each.encounter_ids for each in persons] == [("encounter-1",), ("encounter-2",)]
    assert [each.known_fraud for each in persons] == [True, False]
