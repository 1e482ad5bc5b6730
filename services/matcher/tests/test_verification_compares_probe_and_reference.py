"""One to one: samples, encounters and persons as probe and as reference."""

import pytest
from passport.matcher.v1 import encounters_pb2, identification_pb2

from .caller import Caller, refusal
from .people import fingers, given

FingerSource = identification_pb2.FingerSource
HIT = identification_pb2.OUTCOME_HIT
NO_HIT = identification_pb2.OUTCOME_NO_HIT


@pytest.mark.parametrize("other", [0, 1], ids=["the same", "another"])
async def test_probes_and_references_of_every_kind(
    issuance: Caller, someone: int, other: int
) -> None:
    await issuance.enrol(f"{someone}", fingers(someone))
    await issuance.enrol(f"{someone}-b", fingers(someone + other, impression=1))
    probes = [
        given(fingers(someone, impression=2)),
        FingerSource(encounter_id=f"{someone}"),
        FingerSource(person_id=f"person-of-{someone}"),
    ]
    references = [
        given(fingers(someone + other, impression=3)),
        FingerSource(encounter_id=f"{someone}-b"),
        FingerSource(person_id=f"person-of-{someone}-b"),
    ]

    decisions = [
        await issuance.verify(probe, reference) for probe in probes for reference in references
    ]

    assert {decision.outcome for decision in decisions} == {NO_HIT if other else HIT}
    assert {len(decision.candidates[0].finger_scores) for decision in decisions} == {2}
    assert [d.candidates[0].person_id for d in decisions[:3]] == [
        "",
        f"person-of-{someone}-b",
        f"person-of-{someone}-b",
    ]


async def test_without_a_common_finger_nothing_is_compared(issuance: Caller, someone: int) -> None:
    probe, reference = fingers(someone, positions=[7]), fingers(someone, positions=[2])

    refused = await refusal(issuance.verify(given(probe), given(reference)))

    assert (refused.code, refused.reason) == ("FAILED_PRECONDITION", "NO_COMMON_FINGER")


async def test_a_fault_names_its_field(issuance: Caller, someone: int) -> None:
    good, twice = fingers(someone), fingers(someone) + fingers(someone)

    refused = await refusal(issuance.verify(given(good), given(twice)))

    assert refused.reason == "DUPLICATE_POSITION"
    assert refused.fields == ["reference.samples.samples[2].position"]


async def test_a_verification_is_about_one_person(issuance: Caller, someone: int) -> None:
    await issuance.enrol(f"{someone}", fingers(someone))
    await issuance.set_status(f"{someone}", encounters_pb2.ENCOUNTER_STATUS_FRAUD)
    probe = given(fingers(someone, impression=1))

    stored = await issuance.verify(probe, FingerSource(encounter_id=f"{someone}"))
    supplied = await issuance.verify(probe, given(fingers(someone, impression=2)))

    for decision, known_fraud in ((stored, True), (supplied, False)):
        assert (decision.people_searched, decision.people_compared) == (1, 1)
        assert decision.threshold.value == pytest.approx(4.0)  # -log10 of the FMR of 0.0001
        assert [candidate.known_fraud for candidate in decision.candidates] == [known_fraud]
