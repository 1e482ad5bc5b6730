"""What follows from the fingers that could be captured and those that could not."""

from datetime import date

import pytest
from issuance.domain.fingers import (
    FingerPosition,
    FingersHealing,
    FingerSubmission,
    FingersUndeclared,
    FingerTwice,
    MissingReason,
)
from issuance.domain.working_time import BadDate
from servicekit.errors import DomainError, InvalidRequest

TODAY = date(2026, 11, 26)
LATER = date(2026, 12, 17)
TEN = list(FingerPosition)
THUMB, INDEX = FingerPosition.RIGHT_THUMB, FingerPosition.RIGHT_INDEX
AMPUTATED, BANDAGED = MissingReason.AMPUTATED, MissingReason.BANDAGED
UNKNOWN = MissingReason.UNKNOWN


def ten(reason: MissingReason, **others: MissingReason) -> dict[FingerPosition, MissingReason]:
    return dict.fromkeys(TEN, reason) | {FingerPosition[name]: why for name, why in others.items()}


@pytest.mark.parametrize(
    ("submission", "event"),
    [
        (FingerSubmission([INDEX]), "submit_biometrics"),
        (FingerSubmission([THUMB, INDEX], {THUMB: BANDAGED}), "submit_biometrics"),
        (FingerSubmission([INDEX], confirmed_different="seen"), "confirm_different_fingers"),
        (FingerSubmission(TEN, ten(AMPUTATED)), "declare_no_fingerprints"),
        (
            FingerSubmission(TEN, ten(AMPUTATED, LEFT_THUMB=MissingReason.DAMAGED)),
            "declare_no_fingerprints",
        ),
        (
            FingerSubmission(TEN, ten(AMPUTATED, LEFT_THUMB=BANDAGED), come_back_on=LATER),
            "postpone_biometrics",
        ),
    ],
)
def test_what_happens(submission: FingerSubmission, event: str) -> None:
    submission.require_complete(TODAY)

    assert submission.event == event


@pytest.mark.parametrize(
    ("submission", "error", "field"),
    [
        (FingerSubmission([INDEX, THUMB, INDEX]), FingerTwice, "samples[2].position"),
        (FingerSubmission([THUMB], {THUMB: AMPUTATED}), FingersUndeclared, "samples"),
        (FingerSubmission(TEN, ten(AMPUTATED, LEFT_RING=UNKNOWN)), FingersUndeclared, "samples"),
        (FingerSubmission(TEN, ten(BANDAGED)), FingersHealing, "come_back_on"),
        (FingerSubmission(TEN, ten(BANDAGED), come_back_on=TODAY), BadDate, "come_back_on"),
        (FingerSubmission(TEN, ten(AMPUTATED), come_back_on=LATER), InvalidRequest, "come_back_on"),
        (FingerSubmission([INDEX], come_back_on=LATER), InvalidRequest, "come_back_on"),
        (
            FingerSubmission(TEN, ten(AMPUTATED), confirmed_different="seen"),
            InvalidRequest,
            "confirmed_different",
        ),
    ],
)
def test_what_is_refused(
    submission: FingerSubmission, error: type[DomainError], field: str
) -> None:
    with pytest.raises(error) as refusal:
        submission.require_complete(TODAY)

    assert refusal.value.field == field


def test_the_history_names_each_finger() -> None:
    words = FingerSubmission(TEN, ten(AMPUTATED, LEFT_THUMB=MissingReason.DAMAGED)).in_words

    assert words.startswith("right_thumb amputated, right_index amputated")
    assert "left_thumb damaged" in words
    assert FingerSubmission([THUMB, INDEX], {THUMB: BANDAGED}).in_words == "right_thumb bandaged"
    assert FingerSubmission([INDEX]).in_words == ""
