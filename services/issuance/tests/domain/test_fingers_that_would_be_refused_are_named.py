"""Each sample that the identification would not accept is named, with what was measured."""

import pytest
from issuance.domain.finger_check import FingersUnusable
from issuance.domain.finger_quality import FingerAssessment, FingerQuality
from issuance.domain.fingers import FingerPosition

THUMB, INDEX = FingerPosition.RIGHT_THUMB, FingerPosition.RIGHT_INDEX
MIDDLE, RING = FingerPosition.RIGHT_MIDDLE, FingerPosition.RIGHT_RING


def test_by_its_place_in_the_request() -> None:
    found = FingerAssessment(
        [
            FingerQuality(RING, 0, 7, "TOO_FEW_MINUTIAE"),
            FingerQuality(THUMB, 61, 44),
            FingerQuality(INDEX, 4, 30, "POOR_QUALITY"),
        ]
    )

    with pytest.raises(FingersUnusable) as refused:
        found.require_usable([THUMB, MIDDLE, INDEX, RING])  # the middle finger is missing

    assert [(each.field, each.reason, each.description) for each in refused.value.violations] == [
        ("samples[2]", "POOR_QUALITY", "NFIQ 2 is 4"),
        ("samples[3]", "TOO_FEW_MINUTIAE", "7 minutiae were found"),
    ]
    assert refused.value.metadata == {"problem": "POOR_QUALITY, TOO_FEW_MINUTIAE"}


def test_what_was_not_assessed_is_not_refused() -> None:
    FingerAssessment(not_assessed="OVERLOADED").require_usable([THUMB, INDEX])


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (FingerAssessment(not_assessed="OVERLOADED"), "not assessed (OVERLOADED)"),
        (FingerAssessment([FingerQuality(THUMB, 61, 44)]), "none look like one"),
        (
            FingerAssessment(same=[(THUMB, INDEX), (THUMB, RING)]),
            "right thumb and right index look like one, right thumb and right ring look like one",
        ),
    ],
)
def test_the_history_says_which_look_like_one(found: FingerAssessment, words: str) -> None:
    assert found.in_words == words
