"""Encounters go to another person and come back; searches name whom they belong to now."""

from typing import Any
from uuid import uuid4

import pytest
from passport.matcher.v1 import encounters_pb2 as pb

from .caller import Caller, hits, refusal
from .conftest import Callers
from .matcher_process import TIMEOUT_SECONDS, Matcher
from .people import fingers, given


async def move(caller: Caller, name: str, person: str, revision: int = 0) -> pb.Encounter:
    request = pb.MoveEncounterRequest(
        request_id=str(uuid4()), encounter_id=name, person_id=person, revision=revision
    )
    answer: pb.Encounter = await caller.encounters.MoveEncounter(request, timeout=TIMEOUT_SECONDS)
    return answer


async def merge(
    caller: Caller, from_person: str, into: str, request_id: str = ""
) -> pb.MergePersonsResponse:
    request = pb.MergePersonsRequest(
        request_id=request_id or str(uuid4()), from_person_id=from_person, into_person_id=into
    )
    answer: pb.MergePersonsResponse = await caller.encounters.MergePersons(
        request, timeout=TIMEOUT_SECONDS
    )
    return answer


async def undo(caller: Caller, merge_id: str) -> pb.UndoMergeResponse:
    request = pb.UndoMergeRequest(request_id=str(uuid4()), merge_id=merge_id)
    answer: pb.UndoMergeResponse = await caller.encounters.UndoMerge(
        request, timeout=TIMEOUT_SECONDS
    )
    return answer


async def delete_person(
    caller: Caller, person: str, request_id: str = ""
) -> pb.DeletePersonResponse:
    request = pb.DeletePersonRequest(request_id=request_id or str(uuid4()), person_id=person)
    answer: pb.DeletePersonResponse = await caller.encounters.DeletePerson(
        request, timeout=TIMEOUT_SECONDS
    )
    return answer


async def found(caller: Caller, person: int) -> list[str]:
    return hits(await caller.identify(given(fingers(person, impression=1))))


async def enrol(caller: Caller, someone: int, encounters: str, **fields: Any) -> None:
    """Enrol encounters named by letters, each of a finger owner of its own, for person p."""
    for letter in encounters:
        await caller.enrol(
            f"{someone}-{letter}", fingers(someone + ord(letter) - ord("a")), **fields
        )


async def test_a_moved_encounter_is_found_as_the_other_person(
    issuance: Caller, someone: int
) -> None:
    await enrol(issuance, someone, "a", person_id=f"{someone}")

    moved = await move(issuance, f"{someone}-a", f"{someone}-new", revision=1)

    assert (moved.person_id, moved.revision) == (f"{someone}-new", 2)
    assert await found(issuance, someone) == [f"{someone}-new"]


@pytest.mark.parametrize(
    ("encounter", "person", "revision", "reason"),
    [
        ("a", "", 0, "SAME_PERSON"),
        ("a", "-new", 7, "STALE_REVISION"),
        ("x", "-new", 0, "ENCOUNTER_NOT_FOUND"),
    ],
)
async def test_a_move_that_cannot_be_is_refused(
    issuance: Caller, someone: int, encounter: str, person: str, revision: int, reason: str
) -> None:
    await enrol(issuance, someone, "a", person_id=f"{someone}")

    refused = await refusal(
        move(issuance, f"{someone}-{encounter}", f"{someone}{person}", revision)
    )

    assert refused.reason == reason
    assert (await issuance.get(f"{someone}-a")).person_id == f"{someone}"


async def test_a_merge_is_undone_as_far_as_it_stands(issuance: Caller, someone: int) -> None:
    one, other = f"{someone}-one", f"{someone}-other"
    await enrol(issuance, someone, "abc", person_id=one)
    await enrol(issuance, someone, "d", person_id=other)

    merged = await merge(issuance, one, other)
    together = await found(issuance, someone)
    await issuance.delete(f"{someone}-b")
    await move(issuance, f"{someone}-c", f"{someone}-third")
    undone = await undo(issuance, merged.merge_id)

    assert list(merged.encounter_ids) == [f"{someone}-{each}" for each in "abc"]
    assert together == [other]
    assert undone.person_id == one
    assert list(undone.encounter_ids) == [f"{someone}-a"]
    assert list(undone.encounter_ids_left) == [f"{someone}-b", f"{someone}-c"]
    assert await found(issuance, someone) == [one]
    assert await found(issuance, someone + 3) == [other]
    assert await found(issuance, someone + 2) == [f"{someone}-third"]
    again = await refusal(undo(issuance, merged.merge_id))
    assert (again.code, again.reason) == ("FAILED_PRECONDITION", "MERGE_UNDONE")


async def test_a_repeated_merge_is_answered_as_before(issuance: Caller, someone: int) -> None:
    await enrol(issuance, someone, "a", person_id=f"{someone}-one")
    await enrol(issuance, someone, "b", person_id=f"{someone}-other")
    persons = f"{someone}-one", f"{someone}-other"

    first = await merge(issuance, *persons, request_id=f"request-{someone}")
    again = await merge(issuance, *persons, request_id=f"request-{someone}")

    assert again == first


async def test_a_merge_that_cannot_be_is_refused(issuance: Caller, someone: int) -> None:
    one, nobody = f"{someone}-one", f"{someone}-nobody"
    await enrol(issuance, someone, "a", person_id=one)

    refusals = [
        await refusal(merge(issuance, one, one)),
        await refusal(merge(issuance, nobody, one)),
        await refusal(merge(issuance, one, nobody)),
        await refusal(undo(issuance, "no-such-merge")),
    ]

    assert [(each.reason, each.fields) for each in refusals] == [
        ("SAME_PERSON", ["into_person_id"]),
        ("PERSON_NOT_FOUND", ["from_person_id"]),
        ("PERSON_NOT_FOUND", ["into_person_id"]),
        ("MERGE_NOT_FOUND", ["merge_id"]),
    ]


async def test_a_deleted_person_is_found_no_more(issuance: Caller, someone: int) -> None:
    person, request = f"{someone}", f"request-{someone}"
    await enrol(issuance, someone, "ab", person_id=person)
    await issuance.set_status(f"{someone}-b", pb.ENCOUNTER_STATUS_INACTIVE)

    deleted = await delete_person(issuance, person, request)
    again = await delete_person(issuance, person, request)

    assert list(deleted.encounter_ids) == [f"{someone}-a", f"{someone}-b"]
    assert again == deleted
    assert await found(issuance, someone) == []
    assert (await refusal(issuance.get(f"{someone}-b"))).reason == "ENCOUNTER_NOT_FOUND"
    refused = await refusal(delete_person(issuance, person))
    assert (refused.reason, refused.fields) == ("PERSON_NOT_FOUND", ["person_id"])


async def test_an_office_changes_what_is_its_own_of_a_person(
    issuance: Caller, shared_matcher: Matcher, callers: Callers, someone: int
) -> None:
    banjarmasin = callers(shared_matcher, tls=shared_matcher.identity(office="BJM"))
    person, other = f"{someone}", f"{someone}-other"
    await enrol(issuance, someone, "ab", person_id=person, office_id="BJM")
    await enrol(issuance, someone, "c", person_id=person, office_id="MTP")
    await enrol(issuance, someone, "d", person_id=other, office_id="BJM")
    await enrol(issuance, someone, "e", person_id=f"{someone}-e", office_id="MTP")

    refusals = [
        await refusal(move(banjarmasin, f"{someone}-c", other)),
        await refusal(merge(banjarmasin, f"{someone}-e", person)),
        await refusal(merge(banjarmasin, person, f"{someone}-e")),
        await refusal(delete_person(banjarmasin, f"{someone}-e")),
    ]
    national = await merge(issuance, person, other)
    refusals.append(await refusal(undo(banjarmasin, national.merge_id)))
    await undo(issuance, national.merge_id)
    own = await merge(banjarmasin, person, other)
    await undo(banjarmasin, own.merge_id)
    deleted = await delete_person(banjarmasin, person)

    assert [each.reason for each in refusals] == [
        "ENCOUNTER_NOT_FOUND",
        "PERSON_NOT_FOUND",
        "PERSON_NOT_FOUND",
        "PERSON_NOT_FOUND",
        "MERGE_NOT_FOUND",
    ]
    assert len(national.encounter_ids) == 3
    assert list(own.encounter_ids) == [f"{someone}-a", f"{someone}-b"]
    assert list(deleted.encounter_ids) == [f"{someone}-a", f"{someone}-b"]
    assert (await issuance.get(f"{someone}-c")).person_id == person
