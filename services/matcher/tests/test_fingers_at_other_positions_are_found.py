"""A person whose fingers were mixed up is found, and the mix-up is told (NIST SP 500-334)."""

import pytest
from passport.matcher.v1 import identification_pb2 as pb

from .caller import Caller, hits
from .people import as_position, fingers, given

HIT, NO_HIT = pb.OUTCOME_HIT, pb.OUTCOME_NO_HIT
SWAPPED = {
    "between hands": [(2, 7), (7, 2)],
    "within a hand": [(2, 3), (3, 2)],
    "two hands": [(2, 7), (3, 8), (7, 2), (8, 3)],
}
ON_RECORD = (2, 3, 7, 8)


def _errors(candidate: pb.Candidate) -> list[tuple[int, int]]:
    return [
        (each.stated_position, each.actual_position) for each in candidate.finger_sequence_errors
    ]


@pytest.mark.parametrize("swapped", SWAPPED.values(), ids=SWAPPED.keys())
async def test_a_duplicate_is_found_however_the_fingers_were_mixed_up(
    issuance: Caller, someone: int, swapped: list[tuple[int, int]]
) -> None:
    await issuance.enrol(f"{someone}", fingers(someone, positions=ON_RECORD))
    samples = [as_position(stated, someone, actual, 1) for stated, actual in swapped]

    again = await issuance.enrol(f"{someone}-again", samples, check=True)

    decision = again.decision
    assert (decision.outcome, decision.any_position) == (HIT, True)
    assert hits(decision) == [f"person-of-{someone}"]
    (candidate,) = [each for each in decision.candidates if each.hit]
    assert _errors(candidate) == [(s, a) for s, a in swapped if s != a]
    assert [(each.position, each.reference_position) for each in candidate.finger_scores] == swapped
    assert await issuance.decision(decision.decision_id) == decision


async def test_the_fingers_that_match_are_drawn(issuance: Caller, someone: int) -> None:
    await issuance.enrol(f"{someone}", fingers(someone))
    samples = [as_position(7, someone, 2, 1), as_position(2, someone, 7, 1)]
    again = await issuance.enrol(f"{someone}-again", samples, check=True)

    drawn = await issuance.draw(again.decision.decision_id, f"person-of-{someone}")

    scores = {each.position: each for each in again.decision.candidates[0].finger_scores}
    assert drawn.matched_minutiae == scores[drawn.position].matched_minutiae > 12


async def test_a_hit_at_the_stated_positions_needs_no_others(
    issuance: Caller, someone: int
) -> None:
    await issuance.enrol(f"{someone}", fingers(someone))
    await issuance.enrol(
        f"{someone}-mixed-up", [as_position(7, someone, 2, 1), as_position(2, someone, 7, 1)]
    )
    probe = given(fingers(someone, impression=2))

    stated = await issuance.identify(probe)
    all_positions = await issuance.identify(probe, any_position=True)

    assert hits(stated) == [f"person-of-{someone}"]
    assert not stated.any_position
    assert set(hits(all_positions)) == {f"person-of-{someone}", f"person-of-{someone}-mixed-up"}
    assert all_positions.any_position
    errors = {each.person_id: _errors(each) for each in all_positions.candidates}
    assert errors[f"person-of-{someone}"] == []
    assert errors[f"person-of-{someone}-mixed-up"] == [(2, 7), (7, 2)]


async def test_on_request_the_wrong_finger_of_a_hit_is_told(issuance: Caller, someone: int) -> None:
    await issuance.enrol(f"{someone}", fingers(someone, positions=ON_RECORD))
    probe = given([as_position(2, someone, 2, 1), as_position(7, someone, 8, 1)])

    decision = await issuance.identify(probe, any_position=True)

    assert hits(decision) == [f"person-of-{someone}"]
    assert _errors(decision.candidates[0]) == [(7, 8)]


async def test_others_are_nobody_at_any_position(issuance: Caller, someone: int) -> None:
    ten = range(1, 11)
    for person in range(someone, someone + 5):
        await issuance.enrol(f"{person}", fingers(person, positions=ten))

    for person in range(someone + 5, someone + 8):
        decision = await issuance.identify(given(fingers(person, positions=ten)))
        assert (decision.outcome, decision.any_position) == (NO_HIT, True)
        assert (hits(decision), decision.hits_total) == ([], 0)
        assert not any(_errors(each) for each in decision.candidates)
