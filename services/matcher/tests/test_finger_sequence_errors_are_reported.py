"""A finger given twice, or at another finger's position, is reported."""

import pytest
from passport.matcher.v1 import identification_pb2

from .caller import Caller, refusal
from .people import as_position, fingers, given

FingerSource = identification_pb2.FingerSource


async def test_one_finger_twice_is_refused(issuance: Caller, someone: int) -> None:
    samples = [as_position(7, someone, 2, impression=1), *fingers(someone, positions=[1, 2])]

    refused = await refusal(issuance.enrol(f"{someone}", samples))

    assert (refused.code, refused.reason) == ("INVALID_ARGUMENT", "SAME_FINGER_TWICE")
    assert refused.fields == ["samples[0]"]
    assert (await refusal(issuance.get(f"{someone}"))).reason == "ENCOUNTER_NOT_FOUND"


async def test_fingers_that_look_alike_are_enrolled_where_a_person_saw_that_they_differ(
    issuance: Caller, someone: int
) -> None:
    samples = [as_position(7, someone, 2, impression=1), *fingers(someone, positions=[1, 2])]

    stored = await issuance.enrol(f"{someone}", samples, check=True, confirmed_different=True)
    source = FingerSource(
        samples=identification_pb2.SampleSet(samples=samples, confirmed_different=True)
    )
    found = await issuance.identify(source)

    assert [finger.position for finger in stored.encounter.fingers] == [1, 2, 7]
    hits = [candidate.person_id for candidate in found.candidates if candidate.hit]
    assert hits == [f"person-of-{someone}"]


async def test_ten_fingers_of_anybody_are_ten(issuance: Caller, someone: int) -> None:
    for person in range(someone, someone + 3):
        stored = await issuance.enrol(f"{person}", fingers(person, positions=range(1, 11)))

        assert len(stored.encounter.fingers) == 10


@pytest.mark.parametrize("stored", [True, False], ids=["stored", "given"])
async def test_swapped_fingers_are_reported(issuance: Caller, someone: int, stored: bool) -> None:
    await issuance.enrol(f"{someone}", fingers(someone))
    swapped = [as_position(7, someone, 2, impression=1), as_position(2, someone, 7, impression=1)]
    reference = FingerSource(encounter_id=f"{someone}") if stored else given(fingers(someone))

    decision = await issuance.verify(given(swapped), reference)

    assert decision.outcome == identification_pb2.OUTCOME_UNDECIDED
    named = decision.candidates[0].finger_sequence_errors
    assert [(each.stated_position, each.actual_position) for each in named] == [(2, 7), (7, 2)]
    assert all(each.score.value >= 6 for each in named)
    assert await issuance.decision(decision.decision_id) == decision


@pytest.mark.parametrize("other", [0, 1], ids=["himself", "another"])
async def test_fingers_at_their_positions_are_not(
    issuance: Caller, someone: int, other: int
) -> None:
    positions = range(1, 11)
    probe = given(fingers(someone, positions=positions))

    decision = await issuance.verify(
        probe, given(fingers(someone + other, impression=1, positions=positions))
    )

    assert not decision.candidates[0].finger_sequence_errors


async def test_an_error_is_reported_even_if_no_finger_is_common(
    issuance: Caller, someone: int
) -> None:
    probe, reference = (
        given([as_position(7, someone, 2, impression=1)]),
        given(fingers(someone, positions=[2])),
    )

    refused = await refusal(issuance.verify(probe, reference))

    assert refused.reason == "NO_COMMON_FINGER"
    assert refused.metadata == {"finger_sequence_errors": "7 is 2"}
