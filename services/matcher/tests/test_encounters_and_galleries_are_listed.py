"""Lists come in pages, in a fixed order, restricted by their filters and the caller's office."""

from typing import Any
from uuid import uuid4

import pytest
from passport.matcher.v1 import encounters_pb2 as pb
from passport.matcher.v1 import galleries_pb2, galleries_pb2_grpc

from .caller import Caller, refusal
from .conftest import Callers
from .matcher_process import TIMEOUT_SECONDS, Matcher
from .people import fingers


@pytest.fixture
async def enrolled(issuance: Caller, someone: int) -> int:
    """Encounters a to d: a and b of one person, d of Martapura, b INACTIVE, galleries x and y."""
    x, y = f"x-{someone}", f"y-{someone}"
    for letter, person, office, galleries in (
        ("a", "one", "BJM", [x]),
        ("b", "one", "BJM", [x, y]),
        ("c", "two", "BJM", [x]),
        ("d", "three", "MTP", [x]),
    ):
        request = pb.CreateEncounterRequest(
            request_id=str(uuid4()),
            encounter_id=f"{someone}-{letter}",
            person_id=f"{someone}-{person}",
            office_id=office,
            galleries=galleries,
            samples=fingers(someone, positions=(2,)),
        )
        await issuance.encounters.CreateEncounter(request, timeout=TIMEOUT_SECONDS)
    await issuance.set_status(f"{someone}-b", pb.ENCOUNTER_STATUS_INACTIVE)
    return someone


async def pages(caller: Caller, **fields: Any) -> list[list[pb.Encounter]]:
    found, token = [], ""
    while True:
        request = pb.ListEncountersRequest(page_token=token, **fields)
        answer = await caller.encounters.ListEncounters(request, timeout=TIMEOUT_SECONDS)
        found.append(list(answer.encounters))
        token = answer.next_page_token
        if not token:
            return found


def names(found: list[list[pb.Encounter]]) -> list[str]:
    return ["".join(each.encounter_id[-1] for each in page) for page in found]


async def test_encounters_come_in_pages_by_their_addition(issuance: Caller, enrolled: int) -> None:
    gallery = f"x-{enrolled}"

    found = await pages(issuance, gallery=gallery, page_size=3)

    assert names(found) == ["abc", "d"]
    assert found[0][1] == await issuance.get(f"{enrolled}-b")
    assert list(found[0][1].galleries) == [gallery, f"y-{enrolled}"]
    assert names(await pages(issuance, gallery=gallery, page_size=4)) == ["abcd"]


async def test_filters_restrict_together(issuance: Caller, enrolled: int) -> None:
    gallery, person = f"x-{enrolled}", f"{enrolled}-one"
    inactive = pb.ENCOUNTER_STATUS_INACTIVE

    assert names(await pages(issuance, person_id=person)) == ["ab"]
    assert names(await pages(issuance, person_id=person, status=inactive)) == ["b"]
    assert names(await pages(issuance, gallery=gallery, office_id="MTP")) == ["d"]
    assert names(await pages(issuance, gallery=f"y-{enrolled}")) == ["b"]
    assert names(await pages(issuance, gallery="no-such-gallery")) == [""]


async def test_a_page_token_of_another_making_is_refused(issuance: Caller) -> None:
    request = pb.ListEncountersRequest(page_token="bm9uZQ==")

    refused = await refusal(issuance.encounters.ListEncounters(request, timeout=TIMEOUT_SECONDS))

    assert (refused.reason, refused.fields) == ("BAD_PAGE_TOKEN", ["page_token"])


async def test_an_office_lists_its_own(
    shared_matcher: Matcher, callers: Callers, enrolled: int
) -> None:
    banjarmasin = callers(shared_matcher, tls=shared_matcher.identity(office="BJM"))
    gallery = f"x-{enrolled}"
    galleries: Any = galleries_pb2_grpc.GalleriesStub(banjarmasin.channel)

    members = await galleries.ListMembers(
        galleries_pb2.ListMembersRequest(gallery=gallery), timeout=TIMEOUT_SECONDS
    )
    count = await galleries.CountMembers(
        galleries_pb2.CountMembersRequest(gallery=gallery), timeout=TIMEOUT_SECONDS
    )

    assert names(await pages(banjarmasin, gallery=gallery)) == ["abc"]
    assert names(await pages(banjarmasin, gallery=gallery, office_id="MTP")) == [""]
    assert [each.encounter_id[-1] for each in members.members] == ["a", "b", "c"]
    assert (count.encounters, count.people) == (3, 2)


async def test_galleries_are_listed_with_their_members(issuance: Caller, enrolled: int) -> None:
    galleries: Any = galleries_pb2_grpc.GalleriesStub(issuance.channel)
    x, y = f"x-{enrolled}", f"y-{enrolled}"

    count = await galleries.CountMembers(
        galleries_pb2.CountMembersRequest(gallery=x), timeout=TIMEOUT_SECONDS
    )
    first = await galleries.ListMembers(
        galleries_pb2.ListMembersRequest(gallery=x, page_size=3), timeout=TIMEOUT_SECONDS
    )
    last = await galleries.ListMembers(
        galleries_pb2.ListMembersRequest(gallery=x, page_size=3, page_token=first.next_page_token),
        timeout=TIMEOUT_SECONDS,
    )
    found: dict[str, int] = {}
    token = ""
    while True:
        page = await galleries.ListGalleries(
            galleries_pb2.ListGalleriesRequest(page_size=1, page_token=token),
            timeout=TIMEOUT_SECONDS,
        )
        found |= {each.name: each.encounters for each in page.galleries}
        token = page.next_page_token
        if not token:
            break

    assert (count.encounters, count.people) == (4, 3)
    assert [(m.encounter_id[-1], m.person_id) for m in first.members] == [
        ("a", f"{enrolled}-one"),
        ("b", f"{enrolled}-one"),
        ("c", f"{enrolled}-two"),
    ]
    assert [each.encounter_id[-1] for each in last.members] == ["d"]
    assert last.next_page_token == ""
    assert (found[x], found[y]) == (4, 1)
    assert list(found) == sorted(found)


async def test_set_galleries_replaces_the_list(issuance: Caller, enrolled: int) -> None:
    request = pb.SetGalleriesRequest(
        request_id=str(uuid4()),
        encounter_id=f"{enrolled}-b",
        galleries=[f"z-{enrolled}"],
        revision=2,
    )

    answer = await issuance.encounters.SetGalleries(request, timeout=TIMEOUT_SECONDS)
    request.request_id = str(uuid4())
    refused = await refusal(issuance.encounters.SetGalleries(request, timeout=TIMEOUT_SECONDS))

    assert (list(answer.galleries), answer.revision) == ([f"z-{enrolled}"], 3)
    assert names(await pages(issuance, gallery=f"x-{enrolled}")) == ["acd"]
    assert refused.reason == "STALE_REVISION"
