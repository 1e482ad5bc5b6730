"""An import stores what is sound, refuses what is not, answers in order and repeats nothing."""

from collections.abc import Sequence
from typing import Any

import pytest
from passport.matcher.v1 import encounters_pb2 as pb
from passport.type.v1 import biometrics_pb2 as b

from .caller import Caller, hits, refusal
from .conftest import Callers
from .matcher_process import TIMEOUT_SECONDS, Matcher
from .people import ISO, fingers, given, sample

IMPORTED, BEFORE, REFUSED = 1, 2, 3
AMPUTATED = b.FingerSample(
    position=b.FINGER_POSITION_LEFT_THUMB, missing_reason=b.MISSING_REASON_AMPUTATED
)


@pytest.fixture
def registry(shared_matcher: Matcher, callers: Callers) -> Caller:
    return callers(shared_matcher, tls=shared_matcher.identity("registry"))


def encounter(
    offset: int, name: str, samples: Sequence[b.FingerSample], **fields: Any
) -> pb.ImportEncountersRequest:
    return pb.ImportEncountersRequest(
        offset=offset,
        encounter_id=name,
        person_id=f"person-of-{name}",
        samples=samples,
        **fields,
    )


async def imported(
    caller: Caller, requests: Sequence[pb.ImportEncountersRequest]
) -> list[pb.ImportEncountersResponse]:
    stream = caller.encounters.ImportEncounters(iter(requests), timeout=TIMEOUT_SECONDS)
    return [response async for response in stream]


def results(responses: Sequence[pb.ImportEncountersResponse]) -> list[tuple[int, int, str, str]]:
    return [(each.offset, each.result, each.reason, each.field) for each in responses]


async def test_each_encounter_is_answered_in_order(registry: Caller, someone: int) -> None:
    one = fingers(someone)
    broken = sample(2, b"no record at all")

    responses = await imported(
        registry,
        [
            encounter(1, f"{someone}-a", one),
            encounter(2, f"{someone}-b", [broken]),
            encounter(5, f"{someone}-a", one),
            encounter(6, f"{someone}-a", fingers(someone + 1)),
            encounter(7, f"{someone}-c", [AMPUTATED]),
            encounter(9, f"{someone}-d", [*fingers(someone + 1), AMPUTATED], office_id="BJM"),
        ],
    )

    assert results(responses) == [
        (1, IMPORTED, "", ""),
        (2, REFUSED, "BAD_TEMPLATE", "samples[0].template"),
        (5, BEFORE, "", ""),
        (6, REFUSED, "ENCOUNTER_EXISTS", "encounter_id"),
        (7, REFUSED, "INVALID_REQUEST", "samples"),
        (9, IMPORTED, "", ""),
    ]
    assert "not a finger minutiae record" in responses[1].message


async def test_what_was_imported_is_stored_and_found(
    registry: Caller, issuance: Caller, someone: int
) -> None:
    name, gallery = f"{someone}", f"gallery-{someone}"
    await imported(
        registry,
        [encounter(1, name, [*fingers(someone), AMPUTATED], office_id="BJM", galleries=[gallery])],
    )

    stored = await issuance.get(name)
    decision = await issuance.identify(given(fingers(someone, impression=1)))

    assert (stored.status, stored.office_id) == (pb.ENCOUNTER_STATUS_ACTIVE, "BJM")
    assert list(stored.galleries) == [gallery]
    assert [(f.position, f.missing_reason) for f in stored.fingers] == [(2, 0), (6, 1), (7, 0)]
    assert hits(decision) == [f"person-of-{name}"]


async def test_a_second_import_repeats_nothing(
    registry: Caller, issuance: Caller, someone: int
) -> None:
    names = [f"{someone}-{n}" for n in range(40)]
    sent = fingers(someone, positions=(2,))

    first = await imported(registry, [encounter(n, e, sent) for n, e in enumerate(names, 1)])
    deleted = await issuance.delete(names[3])
    again = await imported(registry, [encounter(n, e, sent) for n, e in enumerate(names, 101)])

    assert deleted.change_token
    assert [each.offset for each in first] == list(range(1, 41))
    assert {each.result for each in first} == {IMPORTED}
    assert [each.offset for each in again] == list(range(101, 141))
    assert [each.result for each in again] == [BEFORE] * 3 + [REFUSED] + [BEFORE] * 36
    assert again[3].reason == "ENCOUNTER_EXISTS"
    assert (await issuance.get(names[0])).revision == 1


async def test_offsets_must_rise(registry: Caller, issuance: Caller, someone: int) -> None:
    requests = [
        encounter(4, f"{someone}-a", fingers(someone)),
        encounter(4, f"{someone}-b", fingers(someone)),
    ]

    refused = await refusal(imported(registry, requests))

    assert (refused.reason, refused.fields) == ("OFFSET_NOT_RISING", ["offset"])
    assert (await issuance.get(f"{someone}-a")).status == pb.ENCOUNTER_STATUS_ACTIVE
    assert (await refusal(issuance.get(f"{someone}-b"))).reason == "ENCOUNTER_NOT_FOUND"


async def test_a_message_against_the_contract_ends_the_stream(
    registry: Caller, someone: int
) -> None:
    template = b.FingerTemplate(data=b"record", format=ISO)
    request = encounter(1, f"{someone}", [b.FingerSample(template=template)])

    refused = await refusal(imported(registry, [request]))

    assert (refused.reason, refused.fields) == ("INVALID_REQUEST", ["samples[0].position"])


async def test_an_office_imports_for_itself(
    shared_matcher: Matcher, callers: Callers, someone: int
) -> None:
    banjarmasin = callers(shared_matcher, tls=shared_matcher.identity("registry", office="BJM"))

    responses = await imported(
        banjarmasin,
        [
            encounter(1, f"{someone}-a", fingers(someone), office_id="MTP"),
            encounter(2, f"{someone}-b", fingers(someone)),
        ],
    )

    assert results(responses) == [
        (1, REFUSED, "NOT_PERMITTED", "office_id"),
        (2, IMPORTED, "", ""),
    ]
    assert (await banjarmasin.get(f"{someone}-b")).office_id == "BJM"
