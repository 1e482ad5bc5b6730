"""Two fingers of a person may look like one: a supervisor says that they are not, and is named."""

import pytest
from passport.issuance.v1 import applications_pb2 as apps
from passport.type.v1 import biometrics_pb2 as finger

from .callers import Refused
from .country import Country

SEEN = "captured again twice, both hands seen"


def _alike(id: str, confirmed: str = SEEN) -> apps.SubmitBiometricsRequest:
    image = finger.FingerImage(data=b"whorl", format=finger.IMAGE_FORMAT_PNG, ppi=500)
    positions = (finger.FINGER_POSITION_RIGHT_INDEX, finger.FINGER_POSITION_LEFT_INDEX)
    return apps.SubmitBiometricsRequest(
        application_id=id,
        samples=[finger.FingerSample(position=position, image=image) for position in positions],
        confirmed_different=confirmed,
    )


async def _paid(country: Country) -> str:
    id = (await country.takes_in()).application_id
    await country.officer("AcceptDocuments", apps.AcceptDocumentsRequest(application_id=id))
    await country.officer("RecordPayment", apps.RecordPaymentRequest(application_id=id, receipt=id))
    await country.is_photographed(id)
    return id


async def _interview(country: Country, id: str) -> None:
    await country.officer("RecordInterview", apps.RecordInterviewRequest(application_id=id))


async def test_and_the_matcher_enrols_them_and_another_supervisor_approves(
    country: Country,
) -> None:
    id = await _paid(country)

    with pytest.raises(Refused, match="SAME_FINGER_TWICE"):
        await country.officer("SubmitBiometrics", _alike(id, confirmed=""))
    with pytest.raises(Refused, match="NOT_PERMITTED"):
        await country.officer("SubmitBiometrics", _alike(id))
    with pytest.raises(Refused, match="NOT_PERMITTED"):
        await country.supervisor("SubmitBiometrics", _alike(id, confirmed=""))
    await country.supervisor("SubmitBiometrics", _alike(id))
    await _interview(country, id)
    await country.reaches(id, "AWAITING_APPROVAL")

    approve = apps.ApproveRequest(application_id=id)
    with pytest.raises(Refused, match="SEPARATION_OF_DUTIES"):
        await country.supervisor("Approve", approve)
    await country.caller("supervisor", "hadi")("Approve", approve)
    history = await country.officer("GetHistory", apps.GetHistoryRequest(application_id=id))
    confirmed = next(e for e in history.entries if e.event == "confirm_different_fingers")
    assert confirmed.by.endswith("/user/agus/role/supervisor")
    assert confirmed.reason == f"right index and left index look like one: {SEEN}"


async def test_whoever_came_back_for_fingers_that_the_matcher_did_not_see_at_the_intake(
    country: Country,
) -> None:
    id = await _paid(country)
    country.matcher.assesses = False
    await country.officer("SubmitBiometrics", _alike(id, confirmed=""))
    await _interview(country, id)
    await country.reaches(id, "PAID")

    taken = await country.supervisor("SubmitBiometrics", _alike(id))
    await _interview(country, id)
    await country.reaches(id, "AWAITING_APPROVAL")

    assert taken.fingers_not_assessed == "OVERLOADED"
    history = await country.officer("GetHistory", apps.GetHistoryRequest(application_id=id))
    reasons = [entry.reason for entry in history.entries if entry.reason]
    assert reasons == ["SAME_FINGER_TWICE", f"not assessed (OVERLOADED): {SEEN}"]


async def test_poor_fingers_are_not_taken_in_by_that(country: Country) -> None:
    id = await _paid(country)
    country.matcher.unusable_fingers.add(b"whorl")

    with pytest.raises(Refused, match="FINGERS_UNUSABLE"):
        await country.supervisor("SubmitBiometrics", _alike(id))
    assert await country.state(id) == "PAID"
