"""A request that comes twice is acted on once."""

import asyncio

from .caller import Caller, refusal
from .matcher_process import Matcher
from .people import fingers, given


async def test_concurrent_duplicates_get_one_answer(issuance: Caller, someone: int) -> None:
    request = f"request-{someone}"
    samples = fingers(someone)

    answers = await asyncio.gather(
        *(issuance.enrol(f"{someone}", samples, check=True, request_id=request) for _ in range(4))
    )

    assert all(answer == answers[0] for answer in answers)


async def test_a_retry_gets_the_first_answer(issuance: Caller, someone: int) -> None:
    await issuance.enrol(f"{someone}", fingers(someone))
    probe = given(fingers(someone, impression=1))
    first = await issuance.identify(probe, request_id=f"request-{someone}")
    await issuance.delete(f"{someone}")

    again = await issuance.identify(probe, request_id=f"request-{someone}")

    assert again == first


async def test_another_content_is_refused(
    issuance: Caller, shared_matcher: Matcher, someone: int
) -> None:
    await issuance.enrol(f"{someone}", fingers(someone), request_id=f"request-{someone}")

    refused = await refusal(
        issuance.enrol(f"{someone}-b", fingers(someone), request_id=f"request-{someone}")
    )

    assert (refused.code, refused.reason) == ("INVALID_ARGUMENT", "REQUEST_ID_REUSED")
    assert refused.fields == ["request_id"]
    assert (await refusal(issuance.get(f"{someone}-b"))).reason == "ENCOUNTER_NOT_FOUND"


async def test_an_encounter_id_is_used_once_for_ever(issuance: Caller, someone: int) -> None:
    await issuance.enrol(f"{someone}", fingers(someone))

    while_there = await refusal(issuance.enrol(f"{someone}", fingers(someone + 1)))
    await issuance.delete(f"{someone}")
    afterwards = await refusal(issuance.enrol(f"{someone}", fingers(someone)))

    for refused in (while_there, afterwards):
        assert (refused.code, refused.reason) == ("ALREADY_EXISTS", "ENCOUNTER_EXISTS")
        assert refused.fields == ["encounter_id"]
