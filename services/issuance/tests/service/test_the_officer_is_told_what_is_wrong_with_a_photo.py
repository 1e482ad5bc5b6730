"""A photo is checked while the applicant is at the counter, and printed as it was accepted."""

import io

import cv2
import numpy as np
import pytest
from harness.world.drawn_portrait import draw_face
from passport.issuance.v1 import applications_pb2 as apps
from PIL import Image

from .callers import Refused
from .country import Country


def _photo(blur: float = 0.1, brightness: float = 1.0) -> bytes:
    picture = cv2.GaussianBlur(draw_face(7), (0, 0), blur) * brightness
    target = io.BytesIO()
    Image.fromarray(picture.astype(np.uint8)).save(target, "JPEG")
    return target.getvalue()


async def test_from_a_bad_photo_to_the_printer(country: Country) -> None:
    id = (await country.takes_in()).application_id
    await country.officer("AcceptDocuments", apps.AcceptDocumentsRequest(application_id=id))
    payment = apps.RecordPaymentRequest(application_id=id, receipt="1")
    await country.officer("RecordPayment", payment)

    with pytest.raises(Refused) as refused:
        await country.is_photographed(id, _photo(blur=4, brightness=0.5))
    with pytest.raises(Refused, match="PORTRAIT_NOT_FOUND"):
        await country.officer("GetPortrait", apps.GetPortraitRequest(application_id=id))
    accepted = await country.is_photographed(id, _photo())
    await country.gives_fingers(id, b"whorl")
    await country.approves(id)
    await country.reaches(id, "READY")
    shown = await country.supervisor("GetPortrait", apps.GetPortraitRequest(application_id=id))

    assert (refused.value.code, refused.value.reason, refused.value.field) == (
        "INVALID_ARGUMENT", "PORTRAIT_REFUSED", "photo",
    )  # fmt: skip
    assert refused.value.violations == [
        ("TOO_DARK", "use more light"),
        ("BLURRED", "focus the camera; let the applicant hold still"),
    ]
    assert 128 <= accepted.eye_distance_pixels <= 152
    assert accepted.application.HasField("portrait_accepted_at")
    assert Image.open(io.BytesIO(shown.portrait)).size == (560, 720)
    assert country.printer.portraits[id] == shown.portrait
    assert (await country.history(id)).count("submit_portrait") == 1


async def test_an_office_sees_and_changes_its_own_portraits_only(country: Country) -> None:
    id = (await country.applies()).application_id
    of_another_office = country.caller("officer", "joko", office="JKT")

    with pytest.raises(Refused, match="WRONG_OFFICE"):
        await of_another_office("GetPortrait", apps.GetPortraitRequest(application_id=id))
    with pytest.raises(Refused, match="WRONG_OFFICE"):
        await of_another_office(
            "SubmitPortrait", apps.SubmitPortraitRequest(application_id=id, photo=_photo())
        )
