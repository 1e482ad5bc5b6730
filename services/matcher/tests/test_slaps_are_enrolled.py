"""A slap is enrolled as the fingers that it shows, and the reasons why others are missing."""

from matcher.synthetic import LIVE_SCAN, render_impression
from passport.type.v1 import biometrics_pb2 as b

from .caller import Caller, hits, refusal
from .people import fingers, image
from .png_file import png
from .slaps import pattern, right_hand, slap

LITTLE = b.FINGER_POSITION_RIGHT_LITTLE


def _middle_finger() -> b.FingerSample:
    pixels = render_impression(pattern(3), 8, capture_difficulty=LIVE_SCAN).image
    return image(3, png(pixels))


async def test_each_finger_is_found_again(issuance: Caller, someone: int) -> None:
    three = slap(right_hand((2, 3, 4)), missing=(LITTLE,))

    stored = (
        await issuance.enrol(f"{someone}", fingers(someone, positions=[7]), slaps=[three])
    ).encounter
    check = await issuance.enrol(f"{someone}-again", [_middle_finger()], check=True)

    assert [finger.position for finger in stored.fingers] == [2, 3, 4, 5, 7]
    assert [bool(finger.minutiae) for finger in stored.fingers] == [True, True, True, False, True]
    assert stored.fingers[3].missing_reason == b.MISSING_REASON_BANDAGED
    assert min(finger.quality for finger in stored.fingers[:3]) >= 20
    assert hits(check.decision) == [f"person-of-{someone}"]


async def test_the_other_hand_is_not_stored(issuance: Caller, someone: int) -> None:
    left = slap(right_hand(), b.SLAP_POSITION_LEFT_FOUR)

    refused = await refusal(issuance.enrol(f"{someone}", [], slaps=[left]))

    assert (refused.code, refused.reason) == ("INVALID_ARGUMENT", "WRONG_HAND")
    assert refused.fields == ["slaps[0].image"]
    assert (await refusal(issuance.get(f"{someone}"))).reason == "ENCOUNTER_NOT_FOUND"


async def test_a_finger_is_on_the_slap_or_alone(issuance: Caller, someone: int) -> None:
    both = fingers(someone, positions=[2])

    refused = await refusal(issuance.enrol(f"{someone}", both, slaps=[slap(right_hand())]))

    assert refused.reason == "DUPLICATE_POSITION"
    assert refused.fields == ["slaps[0].position"]
