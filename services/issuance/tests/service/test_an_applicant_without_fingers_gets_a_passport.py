"""Without a usable finger: photo and interview, two persons, and no question to the matcher."""

import pytest
from passport.issuance.v1 import applications_pb2 as apps
from passport.type.v1 import biometrics_pb2

from .callers import Refused
from .contract_values import calendar_date
from .country import Country

AMPUTATED = biometrics_pb2.MISSING_REASON_AMPUTATED
BANDAGED = biometrics_pb2.MISSING_REASON_BANDAGED


def ten_fingers(
    reason: "biometrics_pb2.MissingReason.ValueType",
) -> list[biometrics_pb2.FingerSample]:
    """Declare every finger missing for a reason."""
    return [
        biometrics_pb2.FingerSample(position=position, missing_reason=reason)
        for position in biometrics_pb2.FingerPosition.values()
        if position
    ]


async def _up_to_the_fingers(country: Country) -> str:
    id = (await country.takes_in()).application_id
    await country.officer("AcceptDocuments", apps.AcceptDocumentsRequest(application_id=id))
    await country.officer("RecordPayment", apps.RecordPaymentRequest(application_id=id, receipt=id))
    await country.is_photographed(id)
    return id


async def test_an_applicant_without_fingers_gets_a_passport(country: Country) -> None:
    id = await _up_to_the_fingers(country)
    submit = apps.SubmitBiometricsRequest(application_id=id, samples=ten_fingers(AMPUTATED))
    await country.officer("SubmitBiometrics", submit)
    interview = apps.RecordInterviewRequest(application_id=id, identity_evidence="family card")
    reviewed = await country.officer("RecordInterview", interview)
    explain = apps.ExplainWaitRequest(application_id=id)
    explained = await country.officer("ExplainWait", explain)

    establish = apps.EstablishIdentityRequest(application_id=id, reason="as in the photo")
    await country.supervisor("EstablishIdentity", establish)
    approve = apps.ApproveRequest(application_id=id)
    await country.caller("supervisor", "hadi")("Approve", approve)
    ready = await country.reaches(id, "READY")

    assert reviewed.state == apps.APPLICATION_STATE_IDENTITY_REVIEW
    assert explained.waiting.responsible_party == apps.RESPONSIBLE_PARTY_SUPERVISOR
    assert "without fingerprints" in explained.waiting.what.en
    assert ready.without_fingerprints
    assert country.matcher.asked_about == []
    assert country.printer.identified_by[id] == "photo_and_interview"
    assert dict((await country.status()).without_fingerprints) == {"BJM": 1}


async def test_bandages_are_waited_for_and_undeclared_fingers_refused(country: Country) -> None:
    id = await _up_to_the_fingers(country)
    nine = apps.SubmitBiometricsRequest(application_id=id, samples=ten_fingers(AMPUTATED)[1:])
    healing = apps.SubmitBiometricsRequest(application_id=id, samples=ten_fingers(BANDAGED))

    refusals = []
    for request in (nine, healing):
        with pytest.raises(Refused) as refused:
            await country.officer("SubmitBiometrics", request)
        refusals.append((refused.value.reason, refused.value.field))
    healing.come_back_on.CopyFrom(calendar_date("2018-11-16"))
    postponed = await country.officer("SubmitBiometrics", healing)

    assert refusals == [("FINGERS_UNDECLARED", "samples"), ("FINGERS_HEALING", "come_back_on")]
    assert postponed.state == apps.APPLICATION_STATE_PAID
    assert postponed.come_back_on == calendar_date("2018-11-16")
    assert postponed.waiting.responsible_party == apps.RESPONSIBLE_PARTY_APPLICANT
