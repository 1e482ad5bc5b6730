"""A caller of an office sees, verifies, changes and deletes the encounters of its office only."""

import pytest
from passport.matcher.v1 import encounters_pb2, identification_pb2

from .caller import Caller, hits, refusal
from .conftest import Callers
from .matcher_process import Matcher
from .people import fingers, given

INACTIVE = encounters_pb2.ENCOUNTER_STATUS_INACTIVE


@pytest.fixture
def banjarmasin(shared_matcher: Matcher, callers: Callers) -> Caller:
    return callers(shared_matcher, tls=shared_matcher.identity(office="BJM"))


@pytest.fixture
def martapura(shared_matcher: Matcher, callers: Callers) -> Caller:
    return callers(shared_matcher, tls=shared_matcher.identity(office="MTP"))


def by_encounter(name: str) -> identification_pb2.FingerSource:
    return identification_pb2.FingerSource(encounter_id=name)


def by_person(name: str) -> identification_pb2.FingerSource:
    return identification_pb2.FingerSource(person_id=name)


async def test_an_encounter_belongs_to_the_office_of_its_caller(
    banjarmasin: Caller, issuance: Caller, someone: int
) -> None:
    own = await banjarmasin.enrol(f"{someone}-a", fingers(someone))
    named = await banjarmasin.enrol(f"{someone}-b", fingers(someone), office_id="BJM")
    national = await issuance.enrol(f"{someone}-c", fingers(someone))
    for_office = await issuance.enrol(f"{someone}-d", fingers(someone), office_id="MTP")

    offices = [each.encounter.office_id for each in (own, named, national, for_office)]
    assert offices == ["BJM", "BJM", "national", "MTP"]
    assert (await issuance.get(f"{someone}-a")).office_id == "BJM"


async def test_a_caller_of_an_office_stores_for_no_other(
    banjarmasin: Caller, issuance: Caller, someone: int
) -> None:
    refused = await refusal(banjarmasin.enrol(f"{someone}", fingers(someone), office_id="MTP"))

    assert (refused.code, refused.reason) == ("PERMISSION_DENIED", "NOT_PERMITTED")
    assert refused.fields == ["office_id"]
    assert (await refusal(issuance.get(f"{someone}"))).reason == "ENCOUNTER_NOT_FOUND"


async def test_encounters_of_others_do_not_exist(
    banjarmasin: Caller, martapura: Caller, someone: int
) -> None:
    name, person, own = f"{someone}", f"person-of-{someone}", f"{someone}-own"
    await martapura.enrol(name, fingers(someone))
    await banjarmasin.enrol(own, fingers(someone + 1))

    refusals = [
        await refusal(call)
        for call in (
            banjarmasin.get(name),
            banjarmasin.set_status(name, INACTIVE),
            banjarmasin.delete(name),
            banjarmasin.identify(by_encounter(name)),
            banjarmasin.identify(by_person(person)),
            banjarmasin.verify(by_encounter(name), by_encounter(own)),
            banjarmasin.verify(by_encounter(own), by_encounter(name)),
            banjarmasin.verify(by_person(person), by_encounter(own)),
            banjarmasin.verify(by_encounter(own), by_person(person)),
        )
    ]
    unknown = await refusal(banjarmasin.get(f"{someone}-unknown"))

    assert {each.code for each in refusals} == {"NOT_FOUND"}
    assert [each.reason for each in refusals] == [
        "ENCOUNTER_NOT_FOUND",
        "ENCOUNTER_NOT_FOUND",
        "ENCOUNTER_NOT_FOUND",
        "ENCOUNTER_NOT_FOUND",
        "PERSON_NOT_FOUND",
        "ENCOUNTER_NOT_FOUND",
        "ENCOUNTER_NOT_FOUND",
        "PERSON_NOT_FOUND",
        "PERSON_NOT_FOUND",
    ]
    assert (unknown.code, unknown.reason) == ("NOT_FOUND", "ENCOUNTER_NOT_FOUND")
    assert (await martapura.get(name)).revision == 1


async def test_their_ids_are_taken(banjarmasin: Caller, martapura: Caller, someone: int) -> None:
    await martapura.enrol(f"{someone}", fingers(someone))

    refused = await refusal(banjarmasin.enrol(f"{someone}", fingers(someone + 1)))

    assert refused.reason == "ENCOUNTER_EXISTS"


async def test_a_person_is_the_encounters_of_the_own_office(
    banjarmasin: Caller, martapura: Caller, issuance: Caller, someone: int
) -> None:
    await banjarmasin.enrol(f"{someone}-a", fingers(someone), person_id=f"{someone}")
    await martapura.enrol(f"{someone}-b", fingers(someone + 1), person_id=f"{someone}")
    probe = given(fingers(someone + 1, impression=1))

    in_own_office = await banjarmasin.verify(probe, by_person(f"{someone}"))
    in_all_offices = await issuance.verify(probe, by_person(f"{someone}"))

    assert hits(in_own_office) == []
    assert hits(in_all_offices) == [f"{someone}"]


async def test_a_search_finds_people_of_all_offices(
    banjarmasin: Caller, martapura: Caller, someone: int
) -> None:
    await martapura.enrol(f"{someone}", fingers(someone))

    found = await banjarmasin.identify(given(fingers(someone, impression=1)))

    assert hits(found) == [f"person-of-{someone}"]
