"""`matcher replay` finds what was altered in a record, though the chain was made to fit again."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from services.databases import execute

from .conftest import Callers, Matchers
from .matcher_process import Matcher
from .people import fingers, given
from .replays import Output, decided, replayed

NO_HIT, HIT, UNDECIDED = 1, 2, 3


@pytest.fixture
def matcher(matchers: Matchers) -> Matcher:
    """A running matcher of its own."""
    return matchers().start()


async def test_a_score_that_does_not_come_out_is_a_difference(
    matcher: Matcher, callers: Callers, someone: int, capsys: Output
) -> None:
    caller = callers(matcher)
    _, search, *_ = await decided(matcher, caller, someone)
    _forge(matcher, search, _raise_score)

    status, lines = replayed(matcher, capsys)

    assert status == 1
    assert f"{search} DIFFERENT: candidate person-of-encounter-0" in lines


async def test_an_outcome_or_a_predicted_fnir_that_does_not_come_out_is_a_difference(
    matcher: Matcher, callers: Callers, someone: int, capsys: Output
) -> None:
    caller = callers(matcher)
    duplicate, search, verification, _, other = await decided(matcher, caller, someone)
    _forge(matcher, duplicate, lambda fields: fields.update(predicted_fnir=0.123))
    _forge(matcher, search, lambda fields: fields.update(outcome=NO_HIT, hits_total=0))
    _forge(matcher, verification, lambda fields: fields.update(outcome=UNDECIDED))
    _forge(matcher, other, lambda fields: fields.update(outcome=HIT))

    status, lines = replayed(matcher, capsys)

    assert status == 1
    assert set(lines) == {
        f"{duplicate} DIFFERENT: predicted FNIR",
        f"{search} DIFFERENT: outcome does not follow",
        f"{verification} DIFFERENT: outcome does not follow",
        f"{other} DIFFERENT: outcome does not follow",
        "5 decisions: 4 DIFFERENT, 1 SAME",
    }


async def test_a_threshold_that_does_not_follow_is_a_difference(
    matcher: Matcher, callers: Callers, someone: int, capsys: Output
) -> None:
    caller = callers(matcher)
    duplicate, search, verification, _, other = await decided(matcher, caller, someone)
    _forge(matcher, duplicate, _refuse_the_hit)
    _forge(matcher, search, lambda fields: fields.update(people_searched=30_000))
    _forge(matcher, verification, lambda fields: fields.update(threshold=0.1))
    _forge(matcher, other, _search_nobody)

    status, lines = replayed(matcher, capsys)

    assert status == 1
    assert set(lines) == {
        f"{duplicate} DIFFERENT: threshold does not follow",
        f"{search} DIFFERENT: threshold does not follow",
        f"{verification} DIFFERENT: threshold does not follow",
        f"{other} DIFFERENT: people searched",
        "5 decisions: 4 DIFFERENT, 1 SAME",
    }


async def test_a_threshold_asked_for_stays_the_one_recorded(
    matcher: Matcher, callers: Callers, someone: int, capsys: Output
) -> None:
    caller = callers(matcher)
    await caller.enrol("encounter-0", fingers(someone))
    asked = await caller.identify(given(fingers(someone, impression=1)), threshold=3.0)
    forged = await caller.identify(given(fingers(someone, impression=1)), threshold=3.0)
    _forge(matcher, forged.decision_id, lambda fields: fields.update(threshold=2.0))

    status, lines = replayed(matcher, capsys)

    assert status == 1
    assert asked.threshold.value == 3.0
    assert f"{forged.decision_id} DIFFERENT: threshold does not follow" in lines
    assert lines[-1] == "2 decisions: 1 DIFFERENT, 1 SAME"


async def test_more_people_than_were_ever_added_are_a_difference(
    matcher: Matcher, callers: Callers, someone: int, capsys: Output
) -> None:
    caller = callers(matcher)
    *_, other = await decided(matcher, caller, someone)
    _forge(matcher, other, _search_a_country)
    await caller.delete("encounter-2")

    status, lines = replayed(matcher, capsys)

    assert status == 1
    assert f"{other} DIFFERENT: more people were searched than had ever been added" in lines


async def test_a_hit_that_is_none_by_the_threshold_is_a_difference(
    matcher: Matcher, callers: Callers, someone: int, capsys: Output
) -> None:
    caller = callers(matcher)
    _, search, *_ = await decided(matcher, caller, someone)
    _forge(matcher, search, lambda fields: fields["candidates"][0].update(hit=False))

    status, lines = replayed(matcher, capsys)

    assert status == 1
    assert f"{search} DIFFERENT: outcome does not follow" in lines


def _refuse_the_hit(fields: dict[str, Any]) -> None:
    """Alter all that an outcome follows from, so that it follows from another threshold."""
    fields.update(threshold=300.0, outcome=UNDECIDED, hits_total=0)
    for candidate in fields["candidates"]:
        candidate["hit"] = False


def _search_nobody(fields: dict[str, Any]) -> None:
    """Make it a search of nobody by the threshold of such a search, which then finds nobody."""
    fields.update(people_searched=0, threshold=3.045757490560675, outcome=NO_HIT)


def _search_a_country(fields: dict[str, Any]) -> None:
    """Make it a search of a million people by the threshold of such a search."""
    fields.update(people_searched=1_000_000, threshold=9.045561984912545)


def _raise_score(fields: dict[str, Any]) -> None:
    for candidate in fields["candidates"]:
        if candidate["person_id"] == "person-of-encounter-0":
            candidate["score"] += 1


def _forge(matcher: Matcher, decision_id: str, alter: Callable[[dict[str, Any]], None]) -> None:
    """Alter a record, and the whole chain after it, as an insider could."""
    url = matcher.database_url
    previous = bytes(32)
    for number, record in execute(url, "SELECT number, record FROM decisions ORDER BY number"):
        fields = json.loads(record)
        if fields["decision_id"] == decision_id:
            alter(fields)
        content = json.dumps(fields).encode()
        previous = hashlib.sha256(previous + content).digest()
        execute(
            url,
            "UPDATE decisions SET record = :record, record_hash = :hash WHERE number = :number",
            record=content,
            hash=previous,
            number=number,
        )
    execute(url, "UPDATE head SET last_record_hash = :hash", hash=previous)
