"""A verification says no yes for an encounter that proves no identity, nor for one with itself."""

import pytest
from passport.matcher.v1 import encounters_pb2
from passport.matcher.v1 import identification_pb2 as pb

from .caller import Caller, refusal
from .people import fingers, given

HIT, NO_HIT, UNDECIDED = pb.OUTCOME_HIT, pb.OUTCOME_NO_HIT, pb.OUTCOME_UNDECIDED
STATUS = {
    "PENDING": encounters_pb2.ENCOUNTER_STATUS_PENDING,
    "FRAUD": encounters_pb2.ENCOUNTER_STATUS_FRAUD,
    "INACTIVE": encounters_pb2.ENCOUNTER_STATUS_INACTIVE,
}
AS_REFERENCE = {
    "PENDING": pb.CAVEAT_REFERENCE_PENDING,
    "FRAUD": pb.CAVEAT_REFERENCE_FRAUD,
    "INACTIVE": pb.CAVEAT_INACTIVE,
}
AS_PROBE = {
    "PENDING": pb.CAVEAT_PROBE_PENDING,
    "FRAUD": pb.CAVEAT_PROBE_FRAUD,
    "INACTIVE": pb.CAVEAT_INACTIVE,
}
UNPROVEN = pb.UNDECIDED_REASON_UNPROVEN_REFERENCE


def encounter(name: str) -> pb.FingerSource:
    return pb.FingerSource(encounter_id=name)


def person(name: str) -> pb.FingerSource:
    return pb.FingerSource(person_id=name)


async def _enrol(issuance: Caller, name: str, someone: int, impression: int, status: str) -> None:
    samples = fingers(someone, impression=impression)
    await issuance.enrol(name, samples, person_id=f"p{someone}", check=status == "PENDING")
    if status in ("FRAUD", "INACTIVE"):
        await issuance.set_status(name, STATUS[status])


@pytest.mark.parametrize("status", STATUS)
async def test_an_unproven_reference_is_no_yes(issuance: Caller, someone: int, status: str) -> None:
    await _enrol(issuance, f"{someone}", someone, 0, status)
    reference = encounter(f"{someone}")

    same = await issuance.verify(given(fingers(someone, impression=1)), reference)
    other = await issuance.verify(given(fingers(someone + 1)), reference)

    assert (same.outcome, list(same.undecided_reasons)) == (UNDECIDED, [UNPROVEN])
    assert same.candidates[0].score.value >= same.threshold.value
    assert list(same.caveats) == list(other.caveats) == [AS_REFERENCE[status]]
    assert (other.outcome, list(other.undecided_reasons)) == (NO_HIT, [])
    assert await issuance.decision(same.decision_id) == same


@pytest.mark.parametrize("status", STATUS)
async def test_an_active_encounter_proves_it_beside_others(
    issuance: Caller, someone: int, status: str
) -> None:
    await _enrol(issuance, f"{someone}", someone, 0, "ACTIVE")
    await _enrol(issuance, f"{someone}-other", someone, 1, status)
    probe = given(fingers(someone, impression=2))

    decision = await issuance.verify(probe, person(f"p{someone}"))

    # A person is its searched encounters: the inactive one is not among them.
    caveats = [] if status == "INACTIVE" else [AS_REFERENCE[status]]
    assert (decision.outcome, list(decision.caveats)) == (HIT, caveats)


@pytest.mark.parametrize("status", STATUS)
async def test_the_status_of_a_probe_is_told(issuance: Caller, someone: int, status: str) -> None:
    await _enrol(issuance, f"{someone}", someone, 0, status)
    await _enrol(issuance, f"{someone}-proven", someone, 1, "ACTIVE")

    verified = await issuance.verify(encounter(f"{someone}"), encounter(f"{someone}-proven"))
    identified = await issuance.identify(encounter(f"{someone}"))

    assert (verified.outcome, list(verified.caveats)) == (HIT, [AS_PROBE[status]])
    assert AS_PROBE[status] in identified.caveats


async def test_a_hit_on_a_pending_encounter_is_told_in_a_search(
    issuance: Caller, someone: int
) -> None:
    await _enrol(issuance, f"{someone}", someone, 0, "PENDING")

    decision = await issuance.identify(given(fingers(someone, impression=1)))

    assert (decision.outcome, list(decision.caveats)) == (HIT, [pb.CAVEAT_REFERENCE_PENDING])


async def test_an_encounter_is_not_compared_with_itself(issuance: Caller, someone: int) -> None:
    await issuance.enrol(f"{someone}", fingers(someone), person_id=f"p{someone}")

    for probe, reference in (
        (encounter(f"{someone}"), encounter(f"{someone}")),
        (encounter(f"{someone}"), person(f"p{someone}")),
        (person(f"p{someone}"), person(f"p{someone}")),
    ):
        refused = await refusal(issuance.verify(probe, reference))
        assert (refused.code, refused.reason) == ("INVALID_ARGUMENT", "SAME_ENCOUNTER")
        assert refused.fields == ["reference"]


async def test_what_is_left_beside_it_is_compared(issuance: Caller, someone: int) -> None:
    older, newer, whole = f"{someone}-older", f"{someone}-newer", f"p{someone}"
    await issuance.enrol(older, fingers(someone), person_id=whole)
    await issuance.enrol(newer, fingers(someone, impression=1), person_id=whole)

    for probe, reference, compared_with in (
        (encounter(newer), person(whole), older),
        (encounter(older), person(whole), newer),
        (person(whole), encounter(newer), newer),
        (person(whole), person(whole), older),
    ):
        decision = await issuance.verify(probe, reference)
        (candidate,) = decision.candidates
        assert {each.encounter_id for each in candidate.finger_scores} == {compared_with}
        assert (decision.outcome, list(decision.caveats)) == (HIT, [pb.CAVEAT_SAME_ENCOUNTER])


async def test_two_persons_on_record_are_compared(issuance: Caller, someone: int) -> None:
    await issuance.enrol(f"{someone}", fingers(someone))
    await issuance.enrol(f"{someone}-same", fingers(someone, impression=1))
    await issuance.enrol(f"{someone}-other", fingers(someone + 1))
    names = (f"{someone}-same", f"{someone}-other")

    same, other = [
        await issuance.verify(person(f"person-of-{someone}"), person(f"person-of-{name}"))
        for name in names
    ]

    assert (same.outcome, other.outcome) == (HIT, NO_HIT)
    assert list(same.caveats) == list(other.caveats) == []
