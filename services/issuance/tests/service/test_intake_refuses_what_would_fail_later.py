"""What the matcher, a machine or a chip would refuse later is refused at the counter, with the
field, while the applicant is still there."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from passport.issuance.v1 import applications_pb2 as apps
from passport.type.v1 import biometrics_pb2 as finger
from passport.type.v1 import civil_pb2

from services.captured_logs import captured_logs

from .callers import LONGEST_WAIT, Refused
from .contract_values import a_holder, calendar_date
from .country import OFFICE, Country, a_country

THUMB, INDEX = finger.FINGER_POSITION_RIGHT_THUMB, finger.FINGER_POSITION_RIGHT_INDEX
Set = Callable[[civil_pb2.BiographicData], None]


def _name(part: str, value: str) -> Set:
    return lambda holder: setattr(holder.name, part, value)


def _value(field: str, value: Any) -> Set:
    return lambda holder: setattr(holder, field, value)


def _born(day: str) -> Set:
    return lambda holder: holder.born_on.CopyFrom(calendar_date(day))


HOLDERS: list[tuple[Set, str, str]] = [
    (_name("primary", ""), "INVALID_REQUEST", "name.primary"),
    (_name("primary", "A" * 201), "INVALID_REQUEST", "name.primary"),
    (_name("primary", "عمر"), "INVALID_REQUEST", "name.primary"),
    (_name("secondary", "-"), "INVALID_REQUEST", "name.secondary"),
    (_name("secondary", "A" * 201), "INVALID_REQUEST", "name.secondary"),
    (_value("birth_place", ""), "INVALID_REQUEST", "birth_place"),
    (_value("birth_place", "東京"), "INVALID_REQUEST", "birth_place"),
    (_value("birth_place", "A" * 101), "INVALID_REQUEST", "birth_place"),
    (_value("nationality", "DEU"), "INVALID_REQUEST", "nationality"),
    (_value("sex", 7), "INVALID_REQUEST", "sex"),
    (_value("personal_number", "A" * 15), "INVALID_REQUEST", "personal_number"),
    (_value("personal_number", "12/3"), "INVALID_REQUEST", "personal_number"),
    (_born("2018-10-27"), "BAD_DATE", "born_on"),
    (_born("1868-10-26"), "BAD_DATE", "born_on"),
]


async def test_a_holder_who_cannot_be_printed_at_the_intake_and_in_a_correction(
    country: Country,
) -> None:
    id = (await country.takes_in()).application_id

    for change, reason, field in HOLDERS:
        holder = a_holder()
        change(holder)
        create = apps.CreateApplicationRequest(
            office=OFFICE, type=apps.APPLICATION_TYPE_NEW, holder=holder
        )
        correct = apps.CorrectDataRequest(application_id=id, holder=holder, reason="a typing error")
        for method, request in (("CreateApplication", create), ("CorrectData", correct)):
            with pytest.raises(Refused) as refused:
                await country.officer(method, request)

            found = (refused.value.code, refused.value.reason, refused.value.field)
            assert found == ("INVALID_ARGUMENT", reason, f"holder.{field}"), method
    assert await country.history(id) == ["create"]
    listed = await country.officer("ListApplications", apps.ListApplicationsRequest(office=OFFICE))
    assert [each.application_id for each in listed.applications] == [id]


def an_image(data: bytes = b"whorl", position: int = INDEX, **image: Any) -> finger.FingerSample:
    values = {"format": finger.IMAGE_FORMAT_PNG, "ppi": 500, **image}
    return finger.FingerSample(
        position=finger.FingerPosition.ValueType(position),
        image=finger.FingerImage(data=data, **values),
    )


def a_template(data: bytes, **template: Any) -> finger.FingerSample:
    values = {"format": finger.TEMPLATE_FORMAT_ISO_19794_2_2011, **template}
    return finger.FingerSample(position=INDEX, template=finger.FingerTemplate(data=data, **values))


SAMPLES: list[tuple[list[finger.FingerSample], str, str]] = [
    ([], "INVALID_REQUEST", "samples"),
    ([an_image(position=THUMB), an_image(), an_image()], "FINGER_TWICE", "samples[2].position"),
    (
        [an_image(), finger.FingerSample(position=INDEX, missing_reason=1)],  # type: ignore[arg-type]
        "FINGER_TWICE",
        "samples[1].position",
    ),
    ([an_image(position=11)], "INVALID_REQUEST", "samples[0].position"),
    ([finger.FingerSample(position=INDEX)], "INVALID_REQUEST", "samples[0].sample"),
    ([an_image(b"")], "INVALID_REQUEST", "samples[0].image.data"),
    ([an_image(format=0)], "INVALID_REQUEST", "samples[0].image.format"),
    ([an_image(ppi=249)], "INVALID_REQUEST", "samples[0].image.ppi"),
    ([an_image(ppi=1201)], "INVALID_REQUEST", "samples[0].image.ppi"),
    ([an_image(format=finger.IMAGE_FORMAT_RAW)], "INVALID_REQUEST", "samples[0].image"),
    ([an_image(width=10, height=10)], "INVALID_REQUEST", "samples[0].image"),
    ([a_template(b"x" * 65537)], "INVALID_REQUEST", "samples[0].template.data"),
    ([a_template(b"x", format=0)], "INVALID_REQUEST", "samples[0].template.format"),
    ([an_image(position=THUMB), an_image(b"4 x 4")], "BAD_IMAGE", "samples[1].image"),
    ([an_image(position=THUMB), a_template(b"text")], "BAD_TEMPLATE", "samples[1].template"),
]


async def _paid(country: Country) -> str:
    id = (await country.takes_in()).application_id
    await country.officer("AcceptDocuments", apps.AcceptDocumentsRequest(application_id=id))
    await country.officer("RecordPayment", apps.RecordPaymentRequest(application_id=id, receipt=id))
    return id


async def _submits(country: Country, id: str, *samples: finger.FingerSample) -> apps.Application:
    request = apps.SubmitBiometricsRequest(application_id=id, samples=samples)
    return await country.officer("SubmitBiometrics", request)  # type: ignore[no-any-return]


async def test_fingerprints_that_can_never_be_used(country: Country) -> None:
    country.matcher.unreadable |= {b"4 x 4", b"text"}
    id = await _paid(country)

    for samples, reason, field in SAMPLES:
        with pytest.raises(Refused) as refused:
            await _submits(country, id, *samples)

        found = (refused.value.code, refused.value.reason, refused.value.field)
        assert found == ("INVALID_ARGUMENT", reason, field)
    assert await country.state(id) == "PAID"


async def _last_entry(country: Country, id: str) -> apps.HistoryEntry:
    request = apps.GetHistoryRequest(application_id=id)
    return (await country.officer("GetHistory", request)).entries[-1]  # type: ignore[no-any-return]


async def test_one_finger_at_two_positions_is_captured_again_while_the_applicant_is_there(
    country: Country,
) -> None:
    id = await _paid(country)
    left = finger.FINGER_POSITION_LEFT_INDEX

    with pytest.raises(Refused) as refused:
        await _submits(country, id, an_image(b"loop", THUMB), an_image(), an_image(position=left))

    assert (refused.value.code, refused.value.reason) == ("INVALID_ARGUMENT", "SAME_FINGER_TWICE")
    assert refused.value.fields == ["samples[1]", "samples[2]"]
    assert refused.value.violations == [
        ("SAME_FINGER_TWICE", "this is the finger that was captured as left index too"),
        ("SAME_FINGER_TWICE", "this is the finger that was captured as right index too"),
    ]
    assert await country.state(id) == "PAID"

    told = await _submits(country, id, an_image(), an_image(b"arch", left))
    assert [quality.acceptable for quality in told.finger_qualities] == [True, True]


async def test_poor_fingers_are_captured_again_or_declared_while_the_applicant_is_there(
    country: Country,
) -> None:
    country.matcher.unusable_fingers |= {b"smudge", b"worn"}
    id = await _paid(country)
    left = finger.FINGER_POSITION_LEFT_INDEX

    with pytest.raises(Refused) as refused:
        await _submits(
            country, id, an_image(b"whorl", THUMB), an_image(b"smudge"), an_image(b"worn", left)
        )

    assert (refused.value.code, refused.value.reason) == ("INVALID_ARGUMENT", "FINGERS_UNUSABLE")
    assert refused.value.fields == ["samples[1]", "samples[2]"]
    assert refused.value.violations == [
        ("POOR_QUALITY", "NFIQ 2 is 4"),
        ("POOR_QUALITY", "NFIQ 2 is 4"),
    ]
    assert await country.state(id) == "PAID"

    worn = finger.FingerSample(position=left, missing_reason=finger.MISSING_REASON_DAMAGED)
    told = await _submits(country, id, an_image(b"whorl", THUMB), an_image(b"loop"), worn)
    shown = await country.application(id)

    assert apps.ApplicationState.Name(told.state) == "APPLICATION_STATE_BIOMETRICS_TAKEN"
    assert list(told.finger_qualities) == [
        apps.FingerQuality(
            position=position, quality=61, minutiae=44, acceptable=True, alteration_score=0.4
        )
        for position in (THUMB, INDEX)
    ]
    assert not told.fingers_not_assessed
    assert not shown.finger_qualities
    assert (await _last_entry(country, id)).reason == "left_index damaged"


async def test_whoever_has_ten_poor_fingers_goes_on_without_fingerprints(country: Country) -> None:
    country.matcher.unusable_fingers.add(b"worn")
    id = await _paid(country)
    ten = [position for position in finger.FingerPosition.values() if position]

    with pytest.raises(Refused, match="FINGERS_UNUSABLE"):
        await _submits(country, id, *(an_image(b"worn", position) for position in ten))
    worn = [
        finger.FingerSample(position=position, missing_reason=finger.MISSING_REASON_DAMAGED)
        for position in ten
    ]
    taken = await _submits(country, id, *worn)

    assert taken.without_fingerprints
    assert apps.ApplicationState.Name(taken.state) == "APPLICATION_STATE_BIOMETRICS_TAKEN"


async def test_a_repeated_submission_is_told_the_same(country: Country) -> None:
    id = await _paid(country)
    request = apps.SubmitBiometricsRequest(
        request_id="fingers-1", application_id=id, samples=[an_image()]
    )

    first = await country.officer("SubmitBiometrics", request)
    await country.matcher.stop()

    assert await country.officer("SubmitBiometrics", request) == first


async def test_without_the_matcher_fingerprints_are_taken_in_unseen(country: Country) -> None:
    id = await _paid(country)
    await country.matcher.stop()

    with captured_logs() as logged:
        told = await _submits(country, id, an_image(b"4 x 4"), an_image(b"4 x 4", THUMB))

    unseen = [line for line in logged if line["event"] == "fingers_not_assessed"]
    assert [(each["application_id"], each["reason"]) for each in unseen] == [(id, "UNAVAILABLE")]
    assert apps.ApplicationState.Name(told.state) == "APPLICATION_STATE_BIOMETRICS_TAKEN"
    assert (list(told.finger_qualities), told.fingers_not_assessed) == ([], "UNAVAILABLE")


async def test_half_of_the_officers_time_is_the_most_that_the_matcher_has(
    tmp_path: Path, pki: Path, database_url: str
) -> None:
    settings = "finger_quality_timeout_seconds = 1000.0"
    async with a_country(tmp_path, pki, database_url, more_settings=settings) as country:
        await _submits(country, await _paid(country), an_image())

    (seconds,) = country.matcher.seconds_to_assess
    assert seconds < LONGEST_WAIT / 2 + 2
