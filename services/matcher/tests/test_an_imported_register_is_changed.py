"""An imported register is changed and listed, by the use cases over a database."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from matcher.domain.encounter import EncounterFilter, EncounterStatus
from matcher.domain.enrolment import Enrolment
from matcher.domain.gallery import Gallery, GalleryMember, GallerySize
from matcher.domain.office_scope import ALL_OFFICES, OfficeScope
from matcher.domain.request import RequestOrigin
from matcher.use_cases.change_encounter import ChangeEncounter
from matcher.use_cases.change_person import ChangePerson
from matcher.use_cases.import_encounters import ImportEncounters, ImportRequest, ImportResult
from matcher.use_cases.readiness import Readiness, ServiceLevel
from matcher.use_cases.store_together import StoreTogether
from servicekit.process.clock import SystemClock

from .store_and_index import finger, opened, shortlisted

BY = RequestOrigin("spiffe://id/office/national/service/issuance", "request")
NAMES = ("e1", "e2", "e1", "e3", "e4")


async def no_response(records: Any, result: Any) -> None:
    """Store no response: nothing is repeated here."""


async def extract(samples: Any, field: str) -> Any:
    return (finger(1),)


async def register() -> AsyncIterator[ImportRequest]:
    for offset, name in enumerate(NAMES, 1):
        origin = RequestOrigin("registry", f"request-{name}")
        person = "one" if name in ("e1", "e2") else "two"
        office = "MTP" if name == "e4" else "BJM"
        content = Enrolment(name, person, office, (), None, origin, name.encode(), ("g",))
        yield ImportRequest(offset, content)


async def test_an_imported_register_is_changed(tmp_path: Path) -> None:
    clock = SystemClock()
    async with opened(tmp_path) as base:
        readiness = Readiness()
        await readiness.set_level(ServiceLevel.FULL)
        store_together = StoreTogether(base.store)
        importing: Any = ImportEncounters(
            base.store,
            store_together,
            extract,  # type: ignore[arg-type]
            readiness,
            clock,
        )
        change = ChangeEncounter(base.store, extract, readiness, clock)  # type: ignore[arg-type]
        change_person = ChangePerson(base.store, clock, lambda: "merge")

        acknowledged = [each async for batch in importing(register()) for each in batch]
        merge = await change_person.merge("one", "two", BY, no_response)
        merged, searched = await shortlisted(base, 1)
        await change.delete("e2", BY, no_response)
        undone = await change_person.undo_merge("merge", BY, no_response)
        await change.replace("e1", (), ("g", "h"), 0, BY, no_response)
        fraud = await change.set_status(
            "e1", EncounterStatus.FRAUD, 0, "seen twice", BY, no_response
        )
        async with base.store.read() as records:
            page = await records.encounters.page(
                EncounterFilter(gallery="g"), OfficeScope("BJM"), 0, 10
            )
            galleries = await records.galleries.page(ALL_OFFICES, "", 10)
            members = await records.galleries.members("g", ALL_OFFICES, "e1", 10)
            size = await records.galleries.size("g", ALL_OFFICES)
        found, _ = await shortlisted(base, 1)
        deleted = await change_person.delete("two", BY, no_response)

    assert [each.result for each in acknowledged] == [
        ImportResult.IMPORTED,
        ImportResult.IMPORTED,
        ImportResult.IMPORTED_BEFORE,
        ImportResult.IMPORTED,
        ImportResult.IMPORTED,
    ]
    assert merge.merge.encounter_ids == ("e1", "e2")
    assert (merged, searched) == (["two"], 1)
    assert (undone.encounter_ids, undone.left) == (("e1",), ("e2",))
    assert (fraud.status, fraud.person_id, fraud.galleries) == (
        EncounterStatus.FRAUD,
        "one",
        ("g", "h"),
    )
    assert [each.encounter_id for each in page] == ["e1", "e3"]
    assert page[0] == fraud
    assert galleries == [Gallery("g", 3), Gallery("h", 1)]
    assert members == [GalleryMember("e3", "two"), GalleryMember("e4", "two")]
    assert size == GallerySize(3, 2)
    assert sorted(found) == ["one", "two"]
    assert deleted.encounter_ids == ("e3", "e4")
