"""One to one: samples, encounters and persons on either side."""

import pytest
from passport.matcher.v1 import identification_pb2

from .matcher_process import Caller, refusal
from .people import fingers, given

FingerSource = identification_pb2.FingerSource
HIT = identification_pb2.OUTCOME_HIT
NO_HIT = identification_pb2.OUTCOME_NO_HIT


@pytest.mark.parametrize("other", [0, 1], ids=["the same", "another"])
async def test_sides_of_every_kind(issuance: Caller, someone: int, other: int) -> None:
    await issuance.enrol(f"{someone}", fingers(someone))
    await issuance.enrol(f"{someone}-b", fingers(someone + other, impression=1))
    lefts = [
        given(fingers(someone, impression=2)),
        FingerSource(encounter_id=f"{someone}"),
        FingerSource(person_id=f"person-of-{someone}"),
    ]
    rights = [
        given(fingers(someone + other, impression=3)),
        FingerSource(encounter_id=f"{someone}-b"),
        FingerSource(person_id=f"person-of-{someone}-b"),
    ]

    decisions = [await issuance.verify(left, right) for left in lefts for right in rights]

    assert {decision.outcome for decision in decisions} == {NO_HIT if other else HIT}
    assert {len(decision.candidates[0].finger_scores) for decision in decisions} == {2}
    assert [d.candidates[0].person_id for d in decisions[:3]] == [
        "",
        f"person-of-{someone}-b",
        f"person-of-{someone}-b",
    ]


async def test_without_a_common_finger_there_is_nothing_to_say(
    issuance: Caller, someone: int
) -> None:
    right, left = fingers(someone, positions=[2]), fingers(someone, positions=[7])

    refused = await refusal(issuance.verify(given(left), given(right)))

    assert (refused.code, refused.reason) == ("FAILED_PRECONDITION", "NO_COMMON_FINGER")


async def test_a_fault_names_its_side(issuance: Caller, someone: int) -> None:
    good, twice = fingers(someone), fingers(someone) + fingers(someone)

    refused = await refusal(issuance.verify(given(good), given(twice)))

    assert refused.reason == "DUPLICATE_POSITION"
    assert refused.fields == ["reference.samples.samples[2].position"]
