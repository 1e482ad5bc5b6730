"""Work that takes long is started, goes on through restarts, and is fetched from any replica."""

import asyncio
from typing import Any

import pytest
from google.rpc import error_details_pb2  # type: ignore[import-untyped]
from passport.matcher.v1 import admin_pb2, encounters_pb2, identification_pb2

from services.databases import execute

from .caller import Caller, hits, refusal
from .conftest import Callers, Matchers
from .matcher_process import TIMEOUT_SECONDS, Matcher
from .operations import Operations, decision, metadata
from .people import fingers, given

KILLED = -9
CANCELLED = 1
NOT_FOUND = 5


async def test_a_search_is_started_and_its_decision_fetched_later(
    issuance: Caller, shared_matcher: Matcher, callers: Callers, someone: int
) -> None:
    await issuance.enrol(f"{someone}", fingers(someone))
    administrator = Operations(callers(shared_matcher, tls=shared_matcher.administrator()))

    started = await Operations(issuance).identify(given(fingers(someone, impression=1)))
    finished = await administrator.wait(started.name)

    assert not started.done
    assert metadata(started).method == "passport.matcher.v1.Identification/StartIdentify"
    assert metadata(started).waiting_for == "its turn"
    assert finished.done
    assert metadata(finished).state == admin_pb2.OPERATION_STATE_SUCCEEDED
    found = decision(finished)
    assert hits(found) == [f"person-of-{someone}"]
    assert found == await issuance.decision(found.decision_id)


async def test_a_repeated_request_starts_nothing_new(issuance: Caller, someone: int) -> None:
    await issuance.enrol(f"{someone}", fingers(someone))
    probe, operations = given(fingers(someone, impression=1)), Operations(issuance)

    first = await operations.identify(probe, f"request-{someone}")
    again = await operations.identify(probe, f"request-{someone}")
    as_a_call = await issuance.identify(probe, request_id=f"request-{someone}")

    assert again == first
    started = decision(await operations.wait(first.name))
    assert as_a_call.decision_id != started.decision_id


async def test_an_error_is_the_operations_result(issuance: Caller, someone: int) -> None:
    nobody = identification_pb2.FingerSource(person_id=f"nobody-{someone}")
    operations = Operations(issuance)

    finished = await operations.wait((await operations.identify(nobody)).name)

    assert (finished.done, finished.error.code) == (True, NOT_FOUND)
    info = error_details_pb2.ErrorInfo()
    assert finished.error.details[0].Unpack(info)
    assert (info.reason, info.domain) == ("PERSON_NOT_FOUND", "passport.matcher")
    assert metadata(finished).state == admin_pb2.OPERATION_STATE_FAILED


async def test_operations_of_others_are_not_there(
    issuance: Caller, shared_matcher: Matcher, callers: Callers, someone: int
) -> None:
    other = Operations(callers(shared_matcher, tls=shared_matcher.identity("registry")))
    started = await Operations(issuance).identify(given(fingers(someone)))

    for call in (other.get, other.wait, other.cancel, other.delete):
        refused = await refusal(call(started.name))
        assert (refused.code, refused.reason) == ("NOT_FOUND", "OPERATION_NOT_FOUND")
    assert started.name not in [each.name for each in (await other.list()).operations]


async def test_pages_hold_every_operation_once(issuance: Caller, someone: int) -> None:
    operations = Operations(issuance)
    started = {(await operations.identify(given(fingers(someone)))).name for _ in range(3)}

    listed, token = [], ""
    while True:
        page = await operations.list(page_size=2, page_token=token)
        listed += [each.name for each in page.operations]
        token = page.next_page_token
        if not token:
            break

    assert started <= set(listed)
    assert len(listed) == len(set(listed))
    filtered = await refusal(operations.list(filter="done=true"))
    assert (filtered.code, filtered.fields) == ("INVALID_ARGUMENT", ["filter"])


async def test_a_result_can_be_deleted_once_it_is_there(issuance: Caller, someone: int) -> None:
    operations = Operations(issuance)
    name = (await operations.identify(given(fingers(someone)))).name
    await operations.wait(name)

    await operations.delete(name)

    assert (await refusal(operations.get(name))).reason == "OPERATION_NOT_FOUND"


async def test_an_enrolment_cut_off_goes_on_after_the_restart(
    matchers: Matchers, callers: Callers, someone: int
) -> None:
    matcher = matchers()
    matcher.start(failpoints="matcher.create_encounter.after_commit:2")
    dying = callers(matcher)
    await dying.enrol("first", fingers(someone))
    name = (await Operations(dying).enrol("second", someone)).name
    assert await asyncio.to_thread(matcher.wait_for_end) == KILLED

    matcher.start()
    after = Operations(callers(matcher))
    await after.cancel(name)  # too late: others may have found the encounter
    finished = await after.wait(name)

    answer = encounters_pb2.CreateEncounterResponse()
    assert finished.response.Unpack(answer), finished
    assert answer.encounter.status == encounters_pb2.ENCOUNTER_STATUS_PENDING
    assert hits(answer.decision) == ["person-of-first"]
    assert matcher.status().decisions == 1


async def test_it_waits_for_the_index_says_so_and_can_be_cancelled(
    matchers: Matchers, callers: Callers, someone: int
) -> None:
    matcher = matchers()
    matcher.start()
    before = callers(matcher)
    await before.enrol(f"{someone}", fingers(someone))
    await before.identify(given(fingers(someone)))
    matcher.stop()
    matcher.start()
    await callers(matcher).enrol(f"{someone + 1}", fingers(someone + 1))
    matcher.kill()
    lost = _take_out_the_last_change(matcher)

    matcher.start(until=admin_pb2.SERVICE_LEVEL_VERIFY_ONLY)
    operations = Operations(callers(matcher))
    probe = given(fingers(someone, impression=1))
    waiting = await operations.until_it_waits_for("index", await operations.identify(probe))
    unwanted = await operations.identify(probe)
    undeletable = await refusal(operations.delete(unwanted.name))
    await operations.cancel(unwanted.name)
    cancelled = await operations.wait(unwanted.name)
    open_operations = matcher.status().open_operations
    _put_back(matcher, lost)
    finished = await operations.wait(waiting.name)

    assert not waiting.done
    assert undeletable.reason == "OPERATION_NOT_DONE"
    assert (cancelled.done, cancelled.error.code) == (True, CANCELLED)
    assert metadata(cancelled).state == admin_pb2.OPERATION_STATE_CANCELLED
    assert open_operations == 1
    assert hits(decision(finished)) == [f"person-of-{someone}"]


def _take_out_the_last_change(matcher: Matcher) -> tuple[Any, ...]:
    """Make a gap in the change log, which the index must never pass; return the row."""
    (row,) = execute(matcher.database_url, "SELECT * FROM changes WHERE number = 2")
    execute(matcher.database_url, "DELETE FROM changes WHERE number = 2")
    return row


def _put_back(matcher: Matcher, row: tuple[Any, ...]) -> None:
    values = {f"c{number}": value for number, value in enumerate(row)}
    places = ", ".join(f":{name}" for name in values)
    execute(matcher.database_url, f"INSERT INTO changes VALUES ({places})", **values)


async def test_one_that_cannot_even_be_cancelled_fails_alone(
    issuance: Caller, shared_matcher: Matcher, someone: int
) -> None:
    """Its request id was used for another enrolment; a replica must not end over that."""
    await issuance.enrol(f"{someone}", fingers(someone), request_id=f"request-{someone}-x")
    operations = Operations(issuance)
    started = [(await operations.enrol(f"{someone}-x", someone)).name for _ in range(2)]

    for name in started:
        await operations.cancel(name)
    finished = [await operations.wait(name) for name in started]

    assert all(operation.done for operation in finished)
    assert shared_matcher.is_alive()


async def test_an_operation_keeps_on_whose_behalf_it_was_started(
    issuance: Caller, someone: int
) -> None:
    examiner = "spiffe://id/office/BJM/user/eka/role/examiner"
    request = identification_pb2.IdentifyRequest(
        request_id=f"request-{someone}", probe=given(fingers(someone))
    )
    stub: Any = issuance.identification
    started = await stub.StartIdentify(
        request, timeout=TIMEOUT_SECONDS, metadata=[("on-behalf-of", examiner)]
    )

    found = decision(await Operations(issuance).wait(started.name))

    assert (found.on_behalf_of, found.office_id) == (examiner, "BJM")


async def test_a_negative_page_is_refused(issuance: Caller) -> None:
    refused = await refusal(Operations(issuance).list(page_size=-1))

    assert (refused.code, refused.fields) == ("INVALID_ARGUMENT", ["page_size"])


@pytest.mark.parametrize("waiting", [0, 1])
async def test_no_more_wait_than_may(
    matchers: Matchers, callers: Callers, someone: int, waiting: int
) -> None:
    matcher = matchers(max_operations_running=1, max_operations_waiting=waiting)
    matcher.start()
    operations = Operations(callers(matcher))
    probe = given(fingers(someone))

    answers = await asyncio.gather(
        *(operations.identify(probe) for _ in range(12)), return_exceptions=True
    )

    refused = [answer for answer in answers if isinstance(answer, BaseException)]
    assert refused
    for error in refused:
        assert (await refusal(_raise(error))).reason == "OVERLOADED"
    for answer in answers:
        if not isinstance(answer, BaseException):
            assert decision(await operations.wait(answer.name)).people_searched == 0


async def _raise(error: BaseException) -> None:
    raise error
