"""Power may fail at any moment: what was answered stays, what was begun is finished once."""

from collections.abc import Awaitable
from typing import Any

import grpc
import pytest
from passport.matcher.v1 import encounters_pb2, identification_pb2

from .caller import Caller, hits, refusal
from .conftest import Callers, Matchers
from .matcher_process import Matcher
from .people import fingers, given

KILLED = -9
POPULATION = 12
Answers = list[list[tuple[str, float]]]


async def _populated(matcher: Matcher, caller: Caller, someone: int) -> None:
    for person in range(someone, someone + POPULATION):
        await caller.enrol(f"{person}", fingers(person))


async def _answers(caller: Caller, someone: int) -> Answers:
    """Who is found for each of the population, with scores."""
    decisions = [
        await caller.identify(given(fingers(person, impression=1)))
        for person in range(someone, someone + POPULATION)
    ]
    return [
        [(candidate.person_id, candidate.score.value) for candidate in decision.candidates]
        for decision in decisions
    ]


async def _dies(matcher: Matcher, call: Awaitable[Any]) -> None:
    with pytest.raises(grpc.aio.AioRpcError):
        await call
    assert matcher.wait_for_end() == KILLED


@pytest.mark.parametrize(
    "place", ["matcher.create_encounter.after_commit", "matcher.identify.after_search"]
)
async def test_a_duplicate_check_cut_off_is_finished_by_its_retry(
    matchers: Matchers, callers: Callers, someone: int, place: str
) -> None:
    matcher = matchers()
    matcher.start()
    before = callers(matcher)
    await _populated(matcher, before, someone)
    expected = await _answers(before, someone)
    matcher.kill()
    matcher.start(failpoints=place)
    dying = callers(matcher)
    duplicate = fingers(someone, impression=2)

    await _dies(matcher, dying.enrol("second", duplicate, check=True, request_id="request-1"))
    matcher.start()
    after = callers(matcher)
    cut_off = await after.get("second")
    reused = [
        await refusal(after.enrol("other", duplicate, check=check, request_id="request-1"))
        for check in (True, False)
    ]
    retried = await after.enrol("second", duplicate, check=True, request_id="request-1")

    assert cut_off.status == encounters_pb2.ENCOUNTER_STATUS_PENDING
    assert [refused.reason for refused in reused] == ["REQUEST_ID_REUSED"] * 2
    assert retried.encounter == cut_off
    assert hits(retried.decision) == [f"person-of-{someone}"]
    assert retried.decision.people_searched == POPULATION
    await after.delete("second")
    assert await _answers(after, someone) == expected


async def test_an_answer_that_was_lost_is_given_again(
    matchers: Matchers, callers: Callers, someone: int
) -> None:
    matcher = matchers()
    matcher.start(failpoints="matcher.create_encounter.before_answer")
    dying = callers(matcher)

    await _dies(matcher, dying.enrol("one", fingers(someone), check=True, request_id="request-1"))
    matcher.start()
    after = callers(matcher)
    first = await after.enrol("one", fingers(someone), check=True, request_id="request-1")
    second = await after.enrol("one", fingers(someone), check=True, request_id="request-1")

    assert first == second
    assert matcher.status().decisions == 1


async def test_what_was_deleted_stays_deleted(
    matchers: Matchers, callers: Callers, someone: int
) -> None:
    matcher = matchers()
    matcher.start(failpoints="matcher.delete.after_commit")
    dying = callers(matcher)
    await dying.enrol("one", fingers(someone))

    await _dies(matcher, dying.delete("one", request_id="request-1"))
    matcher.start()
    after = callers(matcher)

    assert (await after.delete("one", request_id="request-1")).change_token
    assert (await refusal(after.get("one"))).reason == "ENCOUNTER_NOT_FOUND"
    decision = await after.identify(given(fingers(someone, impression=1)))
    assert decision.outcome == identification_pb2.OUTCOME_NO_HIT
    assert decision.people_searched == 0


async def test_a_new_status_stays(matchers: Matchers, callers: Callers, someone: int) -> None:
    matcher = matchers()
    matcher.start(failpoints="matcher.set_status.after_commit")
    dying = callers(matcher)
    await dying.enrol("one", fingers(someone))
    status = encounters_pb2.ENCOUNTER_STATUS_INACTIVE

    await _dies(matcher, dying.set_status("one", status, request_id="request-1"))
    matcher.start()
    after = callers(matcher)

    assert (await after.set_status("one", status, request_id="request-1")).revision == 2
    assert (await after.get("one")).status == status


async def test_half_a_snapshot_harms_nothing(
    matchers: Matchers, callers: Callers, someone: int
) -> None:
    matcher = matchers(snapshot_interval_changes=POPULATION // 2)
    matcher.start()
    before = callers(matcher)
    await _populated(matcher, before, someone)
    expected = await _answers(before, someone)
    matcher.stop()
    snapshot = matcher.settings().snapshot_file
    assert snapshot is not None
    complete = snapshot.read_bytes()
    matcher.start(failpoints="matcher.snapshot.half_written")
    dying = callers(matcher)

    for person in range(someone + POPULATION, someone + 2 * POPULATION):
        try:
            await dying.enrol(f"{person}", fingers(person))
        except grpc.aio.AioRpcError:
            break

    assert matcher.wait_for_end() == KILLED
    assert snapshot.read_bytes() == complete
    matcher.start()
    answers = await _answers(callers(matcher), someone)
    assert [answer[0] for answer in answers] == [answer[0] for answer in expected]
