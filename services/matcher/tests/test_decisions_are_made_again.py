"""`matcher replay` makes the decisions of a day again, and tells what does not come out."""

from datetime import UTC, datetime

import pytest
from matcher.comparison import descriptor_quantizer
from passport.matcher.v1 import encounters_pb2, identification_pb2

from services.databases import execute

from .conftest import Callers, Matchers
from .matcher_process import Matcher
from .people import fingers, given
from .replays import Output, decided, replayed


@pytest.fixture
def matcher(matchers: Matchers) -> Matcher:
    """A running matcher of its own."""
    return matchers().start()


async def test_all_come_out_the_same(
    matcher: Matcher, callers: Callers, someone: int, capsys: Output
) -> None:
    caller = callers(matcher)
    await decided(matcher, caller, someone)
    await caller.enrol("later", fingers(someone, impression=3))

    assert replayed(matcher, capsys) == (0, ["5 decisions: 5 SAME"])


async def test_a_purged_person_answers_purged(
    matcher: Matcher, callers: Callers, someone: int, capsys: Output
) -> None:
    caller = callers(matcher)
    duplicate, search, verification, *_ = await decided(matcher, caller, someone)
    await caller.delete("encounter-0")

    status, lines = replayed(matcher, capsys)

    assert status == 0
    assert f"{verification} PURGED: reference: fingers are no longer stored" in lines
    for decision_id in (duplicate, search):
        assert f"{decision_id} PURGED: candidate person-of-encounter-0" in lines
    assert lines[-1] == "5 decisions: 4 PURGED, 1 SAME"


async def test_a_record_changed_since_explains_the_difference(
    matcher: Matcher, callers: Callers, someone: int, capsys: Output
) -> None:
    caller = callers(matcher)
    _, search, *_ = await decided(matcher, caller, someone)
    await caller.set_status("encounter-0", encounters_pb2.ENCOUNTER_STATUS_INACTIVE)

    status, lines = replayed(matcher, capsys)

    assert status == 0
    assert f"{search} CHANGED_SINCE: candidate person-of-encounter-0" in lines


async def test_searches_of_another_quantizer_are_not_made_again(
    matcher: Matcher,
    callers: Callers,
    someone: int,
    capsys: Output,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    duplicate, search, _, _, unknown = await decided(matcher, callers(matcher), someone)
    monkeypatch.setattr(descriptor_quantizer, "_NAMES", {})  # of the command, not of the service

    status, lines = replayed(matcher, capsys)

    others = [f"{each} OTHER_MODELS: quantizer-2" for each in (duplicate, search, unknown)]
    assert (status, sorted(lines[:-1])) == (0, sorted(others))
    assert lines[-1] == "5 decisions: 3 OTHER_MODELS, 2 SAME"


async def test_fingers_of_a_call_are_forgotten_after_their_time(
    matchers: Matchers, callers: Callers, someone: int, capsys: Output
) -> None:
    matcher = matchers(supplied_fingers_days=0).start()
    _, search, *_ = await decided(matcher, callers(matcher), someone)
    matcher.stop()
    matcher.start()  # what is due is deleted at a start, and then each hour

    _, lines = replayed(matcher, capsys)

    assert f"{search} PURGED: probe: fingers are no longer stored" in lines
    assert lines[-1] == "5 decisions: 4 PURGED, 1 SAME"


async def test_fingers_that_are_to_be_forgotten_are_never_kept(
    matcher: Matcher, callers: Callers, someone: int, capsys: Output
) -> None:
    caller = callers(matcher)
    await caller.enrol("encounter", fingers(someone))
    reference = identification_pb2.FingerSource(encounter_id="encounter")
    sides = given(fingers(someone, impression=1)), reference, "verify-and-forget"

    decision = await caller.verify(*sides, forget_samples=True)
    repeated = await caller.verify(*sides, forget_samples=True)

    kept = execute(matcher.database_url, "SELECT count(*) FROM supplied_fingers")
    assert (decision.outcome, kept) == (identification_pb2.OUTCOME_HIT, [(0,)])
    assert repeated == decision
    assert replayed(matcher, capsys) == (
        0,
        [
            f"{decision.decision_id} PURGED: probe: fingers are no longer stored",
            "1 decisions: 1 PURGED",
        ],
    )


async def test_nothing_is_replayed_from_a_broken_chain(
    matcher: Matcher, callers: Callers, someone: int, capsys: Output
) -> None:
    await decided(matcher, callers(matcher), someone)
    other = {"record": b"{}"}
    execute(matcher.database_url, "UPDATE decisions SET record = :record WHERE number = 2", **other)
    matcher.stop()

    status = matcher.replay(f"{datetime.now(UTC):%Y-%m-%d}")

    assert status == 1
    assert "the chain of decision records is broken at record 2" in capsys.readouterr().err


async def test_a_day_without_decisions_is_told(matcher: Matcher, capsys: Output) -> None:
    matcher.stop()
    capsys.readouterr()

    assert matcher.replay("2018-10-26") == 0
    assert capsys.readouterr().out.splitlines() == ["0 decisions"]
