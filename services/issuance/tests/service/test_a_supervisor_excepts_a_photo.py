"""A photo that shows a medical or religious reason is printed if two supervisors see it."""

import io

import cv2
import pytest
from harness.world.drawn_portrait import draw_face
from passport.issuance.v1 import applications_pb2 as apps
from PIL import Image

from .callers import Refused
from .country import Country


def _with_an_eye_patch() -> bytes:
    picture = draw_face(3).copy()
    cv2.rectangle(picture, (180, 300), (380, 350), (20, 20, 20), -1)
    target = io.BytesIO()
    Image.fromarray(picture).save(target, "JPEG")
    return target.getvalue()


def _photo(id: str, exception: str = "EYES") -> apps.SubmitPortraitRequest:
    return apps.SubmitPortraitRequest(
        application_id=id,
        photo=_with_an_eye_patch(),
        exception=f"PORTRAIT_EXCEPTION_{exception}",  # type: ignore[arg-type]
        explanation="certificate of the hospital of 3 May",
    )


async def test_and_the_history_says_why(country: Country) -> None:
    id = (await country.applies()).application_id

    with pytest.raises(Refused, match="NOT_PERMITTED"):
        await country.officer("SubmitPortrait", _photo(id))
    with pytest.raises(Refused, match="NOT_PERMITTED"):
        await country.supervisor("SubmitPortrait", _photo(id, "UNSPECIFIED"))
    with pytest.raises(Refused) as uncovered:
        await country.supervisor("SubmitPortrait", _photo(id, "SKIN"))
    accepted = await country.supervisor("SubmitPortrait", _photo(id))
    history = await country.supervisor("GetHistory", apps.GetHistoryRequest(application_id=id))

    assert (uncovered.value.reason, uncovered.value.violations[0][0]) == (
        "PORTRAIT_REFUSED", "EYES_NOT_FOUND",
    )  # fmt: skip
    assert accepted.eye_distance_pixels == 0
    assert (history.entries[-1].event, history.entries[-1].reason) == (
        "except_portrait", "EYES (EYES_NOT_FOUND): certificate of the hospital of 3 May",
    )  # fmt: skip
    assert history.entries[-1].by.endswith("/user/agus/role/supervisor")


async def test_whoever_excepts_it_does_not_approve(country: Country) -> None:
    id = (await country.applies()).application_id
    await country.supervisor("SubmitPortrait", _photo(id))

    await country.reaches(id, "AWAITING_APPROVAL")
    with pytest.raises(Refused, match="SEPARATION_OF_DUTIES"):
        await country.supervisor("Approve", apps.ApproveRequest(application_id=id))


async def test_a_reason_in_words_is_needed(country: Country) -> None:
    id = (await country.applies()).application_id
    request = _photo(id)
    request.explanation = ""

    with pytest.raises(Refused) as refused:
        await country.supervisor("SubmitPortrait", request)

    assert (refused.value.reason, refused.value.field) == ("INVALID_REQUEST", "explanation")
