"""A probe whose mate would often be missed is UNDECIDED rather than NO_HIT."""

import dataclasses

import numpy as np
from matcher.record.iso19794 import FingerRecord, write
from passport.matcher.v1 import identification_pb2
from passport.type.v1 import biometrics_pb2 as b

from .caller import Caller, hits
from .conftest import Callers, Matchers
from .people import fingers, given, minutiae, sample, template

MAX_PREDICTED_FNIR = 0.2


def _poor(person: int, count: int) -> b.FingerSample:
    """So many minutiae of one impression, all of them of poor quality."""
    found = minutiae(person, 2).best(count)
    poor = dataclasses.replace(found, quality=np.full(len(found), 25, np.uint8))
    return sample(2, write(FingerRecord(2, 0, poor)))


async def test_few_minutiae_exclude_nobody(issuance: Caller, someone: int) -> None:
    await issuance.enrol(f"{someone}", fingers(someone + 1))

    decision = await issuance.identify(given([_poor(someone, 8)]))

    assert decision.outcome == identification_pb2.OUTCOME_UNDECIDED
    assert list(decision.undecided_reasons) == [identification_pb2.UNDECIDED_REASON_PREDICTED_FNIR]
    assert decision.predicted_fnir > MAX_PREDICTED_FNIR
    assert hits(decision) == []


async def test_they_can_still_be_a_hit(issuance: Caller, someone: int) -> None:
    await issuance.enrol(f"{someone}", fingers(someone))

    decision = await issuance.identify(given([_poor(someone, 14)]))

    assert decision.outcome == identification_pb2.OUTCOME_HIT
    assert decision.predicted_fnir > MAX_PREDICTED_FNIR


async def test_good_fingers_exclude_others_and_more_of_them_more_surely(
    issuance: Caller, someone: int
) -> None:
    # In a gallery where everybody has these fingers: one who lacks them cannot be found by them.
    gallery = f"gallery-{someone}"
    await issuance.enrol(f"{someone}", fingers(someone + 1), galleries=[gallery])

    probes = ([sample(2, template(someone, 2))], fingers(someone))
    one, two = [await issuance.identify(given(each), galleries=[gallery]) for each in probes]

    assert one.outcome == two.outcome == identification_pb2.OUTCOME_NO_HIT
    assert 0 <= two.predicted_fnir < one.predicted_fnir < MAX_PREDICTED_FNIR


async def test_a_stored_decision_is_as_it_was_answered(issuance: Caller, someone: int) -> None:
    decision = await issuance.identify(given(fingers(someone)))

    again = await issuance.decision(decision.decision_id)

    assert again.HasField("predicted_fnir")
    assert again == decision


async def test_a_verification_is_predicted_by_the_common_fingers(
    issuance: Caller, someone: int
) -> None:
    both, one = given(fingers(someone)), given(fingers(someone + 1, positions=[2]))

    decisions = [await issuance.verify(left, right) for left, right in ((both, both), (both, one))]

    assert decisions[0].predicted_fnir < decisions[1].predicted_fnir


async def test_they_are_counted(matchers: Matchers, callers: Callers, someone: int) -> None:
    matcher = matchers()
    matcher.start()
    caller = callers(matcher)
    await caller.enrol("other", fingers(someone + 1))
    await caller.identify(given([_poor(someone, 8)]))
    await caller.identify(given(fingers(someone)))

    status = matcher.status()

    assert (status.decisions, status.undecided_decisions) == (2, 1)
