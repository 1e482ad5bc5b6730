"""A slap sent as a probe or as a reference counts as the fingers that it shows."""

from passport.matcher.v1.identification_pb2 import FingerSource, SampleSet
from passport.type.v1 import biometrics_pb2 as b

from .caller import Caller, hits, refusal
from .people import fingers
from .slaps import right_hand, slap

THREE = (2, 3, 4)
WITHOUT_LITTLE = (b.FINGER_POSITION_RIGHT_LITTLE,)


def _source(*slaps: b.SlapSample, samples: tuple[b.FingerSample, ...] = ()) -> FingerSource:
    return FingerSource(samples=SampleSet(samples=samples, slaps=slaps))


async def test_a_finger_and_a_slap_are_searched_together(issuance: Caller, someone: int) -> None:
    await issuance.enrol(f"{someone}", fingers(someone, positions=[7]))
    await issuance.enrol(f"{someone}-other", fingers(someone + 1, positions=THREE))
    alone = tuple(fingers(someone, impression=1, positions=[7]))
    three = slap(right_hand(THREE), missing=WITHOUT_LITTLE)

    found = await issuance.identify(_source(three, samples=alone))

    assert found.positions_compared == [2, 3, 4, 7]
    assert f"person-of-{someone}" in hits(found)


async def test_slaps_alone_are_compared(issuance: Caller) -> None:
    four, three = slap(right_hand()), slap(right_hand(THREE), missing=WITHOUT_LITTLE)

    found = await issuance.verify(_source(three), _source(four))

    assert [score.position for score in found.candidates[0].finger_scores] == [2, 3, 4]
    assert found.candidates[0].hit


async def test_the_slap_at_fault_is_named(issuance: Caller) -> None:
    right, left = slap(right_hand()), slap(right_hand(), b.SLAP_POSITION_LEFT_FOUR)

    refused = await refusal(issuance.verify(_source(right), _source(left)))

    assert (refused.reason, refused.fields) == ("WRONG_HAND", ["reference.samples.slaps[0].image"])
