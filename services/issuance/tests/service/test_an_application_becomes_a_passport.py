"""An application goes from the counter to the hand-over, through matcher and printer."""

import re

from passport.issuance.v1 import applications_pb2 as apps

from .contract_values import day
from .country import Country


async def test_an_application_becomes_a_passport(country: Country) -> None:
    application = await country.applies()
    id = application.application_id
    assert day(application.promised_collection_date) == "2018-10-31"

    await country.approves(id)
    ready = await country.reaches(id, "READY")
    request = apps.HandOverRequest(application_id=id, signed_by="Siti Rahman")
    done = await country.officer("HandOver", request)

    assert re.fullmatch("X[0-9A-Y]{8}", ready.document_number)
    assert ready.book_serial == "B0000001"
    assert country.matcher.status(id) == "ACTIVE"
    assert done.state == apps.APPLICATION_STATE_HANDED_OVER
    assert await country.notices(id) == [("PROMISED_DATE", "2018-10-31"), ("READY", "")]
    assert await country.history(id) == [
        "create", "accept_documents", "record_payment", "submit_portrait", "submit_biometrics",
        "record_interview", "identify", "approve", "release", "finish_print", "hand_over",
    ]  # fmt: skip
