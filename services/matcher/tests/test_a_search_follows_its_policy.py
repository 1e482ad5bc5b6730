"""A search keeps to the galleries, the threshold and the number of candidates asked for."""

import pytest
from passport.matcher.v1 import identification_pb2 as pb

from .caller import Caller, hits, refusal
from .conftest import Callers, Matchers
from .people import fingers, given


async def test_people_of_the_galleries_alone_are_searched(
    matchers: Matchers, callers: Callers, someone: int
) -> None:
    matcher = matchers()
    matcher.start()
    caller = callers(matcher)
    for number, galleries in enumerate([["lost"], ["lost", "visitors"], ["visitors"], []]):
        await caller.enrol(f"e{number}", fingers(someone + number), galleries=galleries)
    thumbs = fingers(someone + 5, positions=(1, 6))
    await caller.enrol("thumbs", thumbs, galleries=["lost"])
    probe = given(fingers(someone, impression=1))

    found = {
        galleries: await caller.identify(probe, galleries=galleries)
        for galleries in ((), ("lost",), ("visitors",), ("lost", "visitors"), ("unknown",))
    }

    assert [each.people_searched for each in found.values()] == [5, 3, 2, 4, 0]
    assert [bool(hits(each)) for each in found.values()] == [True, True, False, True, False]
    assert [tuple(each.galleries) for each in found.values()] == [*found]
    assert found[("visitors",)].outcome == pb.OUTCOME_NO_HIT
    # A third of the people of that gallery has no finger of the probe on record.
    assert found[("lost",)].predicted_fnir == pytest.approx(1 / 3, abs=0.01)
    assert found[("visitors",)].predicted_fnir < 0.01
    assert found[()].threshold.value > found[("visitors",)].threshold.value


async def test_a_threshold_replaces_the_one_of_the_target_fpir(
    issuance: Caller, someone: int
) -> None:
    await issuance.enrol(f"{someone}", fingers(someone))
    probe = given(fingers(someone, impression=1, positions=[2]))
    score = (await issuance.identify(probe)).candidates[0].score.value

    below = await issuance.identify(probe, threshold=score - 0.001)
    above = await issuance.identify(probe, threshold=score + 0.001)
    zero = await issuance.identify(given(fingers(someone + 1)), threshold=0, max_candidates=1)

    assert (below.outcome, below.threshold.value) == (pb.OUTCOME_HIT, score - 0.001)
    assert (hits(above), above.candidates[0].person_id) == ([], f"person-of-{someone}")
    assert (len(zero.candidates), zero.threshold.value) == (1, 0.0)
    assert zero.hits_total >= 1


async def test_threshold_and_target_fpir_exclude_each_other(issuance: Caller, someone: int) -> None:
    probe = given(fingers(someone))

    refused = await refusal(issuance.identify(probe, threshold=5, target_fpir=0.01))

    assert (refused.code, refused.reason) == ("INVALID_ARGUMENT", "INVALID_REQUEST")


async def test_searches_of_every_priority_are_answered(issuance: Caller, someone: int) -> None:
    decisions = [await issuance.identify(given(fingers(someone)), priority=p) for p in (1, 9)]
    refused = await refusal(issuance.identify(given(fingers(someone)), priority=10))

    assert [each.outcome for each in decisions] == [decisions[0].outcome] * 2
    assert refused.reason == "INVALID_REQUEST"
