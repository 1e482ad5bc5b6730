"""Fingers that may be altered refuse nobody: the officer is told, and an examiner looks at them."""

from typing import Any

import pytest
from passport.issuance.v1 import adjudication_pb2 as tasks
from passport.issuance.v1 import applications_pb2 as apps
from passport.type.v1 import biometrics_pb2 as finger

from .country import Country

TURNED, WHOLE = b"turned ridges", b"ridges"


def _samples(index: bytes = TURNED) -> list[finger.FingerSample]:
    thumb = finger.FingerTemplate(data=b"minutiae", format=finger.TEMPLATE_FORMAT_ISO_19794_2_2011)
    image = finger.FingerImage(data=index, format=finger.IMAGE_FORMAT_PNG, ppi=500)
    return [
        finger.FingerSample(position=finger.FINGER_POSITION_RIGHT_INDEX, image=image),
        finger.FingerSample(position=finger.FINGER_POSITION_LEFT_THUMB, template=thumb),
    ]


async def _submits(country: Country, index: bytes = TURNED, **new: Any) -> apps.Application:
    country.matcher.altered.add(TURNED)
    id = (await country.takes_in(**new)).application_id
    await country.officer("AcceptDocuments", apps.AcceptDocumentsRequest(application_id=id))
    await country.officer("RecordPayment", apps.RecordPaymentRequest(application_id=id, receipt=id))
    await country.is_photographed(id)
    request = apps.SubmitBiometricsRequest(application_id=id, samples=_samples(index))
    return await country.officer("SubmitBiometrics", request)  # type: ignore[no-any-return]


async def _interview(country: Country, id: str) -> None:
    await country.officer("RecordInterview", apps.RecordInterviewRequest(application_id=id))


async def _said(country: Country, id: str, event: str) -> apps.HistoryEntry:
    request = apps.GetHistoryRequest(application_id=id)
    history: apps.GetHistoryResponse = await country.officer("GetHistory", request)
    return next(entry for entry in history.entries if entry.event == event)


async def test_the_officer_is_told_and_the_fingers_are_taken_in(country: Country) -> None:
    taken = await _submits(country)

    index, thumb = taken.finger_qualities
    assert (index.possibly_altered, index.alteration_score, index.acceptable) == (True, 3.6, True)
    assert not thumb.possibly_altered
    assert not thumb.HasField("alteration_score")
    submitted = await _said(country, taken.application_id, "submit_biometrics")
    assert submitted.reason == "possibly altered: right index"


async def test_an_examiner_looks_and_the_application_goes_on(country: Country) -> None:
    id = (await _submits(country)).application_id
    await _interview(country, id)
    task = await country.task_of(id)

    assert (task.cause, list(task.candidates)) == (tasks.TASK_CAUSE_POSSIBLY_ALTERED, [])
    assert task.decision_id
    referred = await _said(country, id, "refer_to_examiners")
    assert referred.adjudication_cause == tasks.TASK_CAUSE_POSSIBLY_ALTERED
    assert referred.reason == "possibly altered: right index"

    await country.examines("budi", task.task_id, tasks.VERDICT_CLEARED)

    await country.reaches(id, "AWAITING_APPROVAL")


async def test_whoever_is_found_as_another_person_is_that_in_the_first_place(
    country: Country,
) -> None:
    country.matcher.enrol("somebody-else", TURNED + b"minutiae")
    id = (await _submits(country)).application_id
    await _interview(country, id)

    task = await country.task_of(id)

    assert task.cause == tasks.TASK_CAUSE_OTHER_PERSON_FOUND
    referred = await _said(country, id, "refer_to_examiners")
    assert referred.reason == "possibly altered: right index"


@pytest.mark.parametrize(
    ("index", "said"), [(TURNED, "possibly altered: right index"), (WHOLE, "")]
)
async def test_nobody_looks_at_whoever_is_found_by_their_own_record_or_is_whole(
    country: Country, index: bytes, said: str
) -> None:
    renewal: dict[str, Any] = {}
    if index == TURNED:
        country.matcher.enrol("ani", TURNED + b"minutiae")
        renewal = {"type": apps.APPLICATION_TYPE_RENEWAL, "person_id": "ani"}
    id = (await _submits(country, index, **renewal)).application_id
    await _interview(country, id)

    await country.reaches(id, "AWAITING_APPROVAL")

    assert (await _said(country, id, "identify")).reason == said
