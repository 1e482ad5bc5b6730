"""A passport that was handed over is reported as lost at any office, and replaced only then."""

import pytest
from passport.issuance.v1 import applications_pb2 as apps
from passport.issuance.v1 import documents_pb2

from .callers import Refused
from .country import Country


async def test_a_lost_passport_is_reported_and_replaced(country: Country) -> None:
    id = (await country.applies()).application_id
    await country.approves(id)
    number = (await country.reaches(id, "READY")).document_number
    handed_over = apps.HandOverRequest(application_id=id, signed_by="Siti Rahman")
    await country.officer("HandOver", handed_over)
    replacement = {"type": apps.APPLICATION_TYPE_REPLACEMENT_LOST, "document_number": number}

    with pytest.raises(Refused) as too_early:
        await country.takes_in(**replacement)
    lost = documents_pb2.ReportLostRequest(
        request_id="report-0001", document_number=number, circumstances="ferry to Makassar"
    )
    reported = await country.at("JKT").officer("ReportLost", lost)
    again = await country.at("JKT").officer("ReportLost", lost)
    replaced = await country.takes_in(**replacement)

    assert too_early.value.reason == "LOSS_NOT_REPORTED"
    assert reported.status == documents_pb2.DOCUMENT_STATUS_LOST
    assert again == reported
    assert replaced.type == apps.APPLICATION_TYPE_REPLACEMENT_LOST


async def test_a_document_that_is_not_in_use_is_not_reported(country: Country) -> None:
    id = (await country.applies()).application_id
    await country.approves(id)
    number = (await country.reaches(id, "READY")).document_number
    stolen = documents_pb2.ReportLostRequest(
        document_number=number, stolen=True, circumstances="taken from the safe"
    )

    with pytest.raises(Refused) as refused:
        await country.officer("ReportLost", stolen)

    assert refused.value.reason == "DOCUMENT_NOT_IN_USE"
