"""Who shows too little of his fingers is not told that nobody matches."""

import dataclasses

import numpy as np
from matcher.fingerprint.iso19794 import FingerRecord, write
from passport.matcher.v1 import identification_pb2

from .people import fingers, given, minutiae, sample
from .running import Caller, hits


async def test_few_good_minutiae_cannot_say_no(issuance: Caller, someone: int) -> None:
    found = minutiae(someone, 2).best(30)
    poor = dataclasses.replace(found, quality=np.full(len(found), 15, np.uint8))

    decision = await issuance.identify(given([sample(2, write(FingerRecord(2, 0, poor)))]))

    assert decision.outcome == identification_pb2.OUTCOME_UNDECIDED
    assert hits(decision) == []


async def test_they_can_still_say_yes(issuance: Caller, someone: int) -> None:
    found = minutiae(someone, 2, touch=1)
    poor = dataclasses.replace(found, quality=np.full(len(found), 15, np.uint8))
    await issuance.enrol(f"{someone}", fingers(someone))

    decision = await issuance.identify(given([sample(2, write(FingerRecord(2, 0, poor)))]))

    assert decision.outcome == identification_pb2.OUTCOME_HIT
