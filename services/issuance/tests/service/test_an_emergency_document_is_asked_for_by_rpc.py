"""An emergency document from the counter to the printer, over gRPC."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from passport.issuance.v1 import applications_pb2 as apps
from passport.issuance.v1 import documents_pb2

from services.issuance.tests.outage_policies import outage_policy

from .callers import Refused
from .contract_values import day
from .country import Country, a_country

POLICY = outage_policy('stops = ["identification"]', "emergency_days = 60")
FUNERAL = "funeral of her mother in Singapore on 28 October"


@pytest_asyncio.fixture
async def lenient(tmp_path: Path, pki: Path, database_url: str) -> AsyncIterator[Country]:
    """Banjarmasin, where emergency documents of 60 days are made in outages of the matcher."""
    async with a_country(tmp_path, pki, database_url, outage_policy=POLICY) as running:
        yield running


async def test_two_supervisors_approve_it_and_the_printer_makes_it(lenient: Country) -> None:
    country = lenient
    await country.matcher_fails()
    id = (await country.applies()).application_id
    request = apps.RequestEmergencyDocumentRequest(application_id=id, reason=FUNERAL)
    approve = apps.ApproveRequest(application_id=id)

    asked = await country.officer("RequestEmergencyDocument", request)
    first = await country.supervisor("Approve", approve)
    approve.request_id = ""
    with pytest.raises(Refused) as same_person:
        await country.supervisor("Approve", approve)
    explained = await country.officer("ExplainWait", apps.ExplainWaitRequest(application_id=id))
    await country.caller("supervisor", "hadi")("Approve", apps.ApproveRequest(application_id=id))
    ready = await country.reaches(id, "READY")
    document = await country.officer(
        "GetDocument", documents_pb2.GetDocumentRequest(document_number=ready.document_number)
    )

    assert (asked.emergency_document.validity_days, asked.identification_due) == (60, True)
    assert "user/agus" in first.emergency_document.first_approved_by
    assert same_person.value.reason == "SEPARATION_OF_DUTIES"
    assert "second supervisor" in explained.waiting.what.en
    assert "also after the hand-over" in explained.identification_due.en
    assert country.printer.document_codes[id] == "PE"
    assert country.printer.identified_by[id] == "not_yet"
    assert day(country.printer.last_days[id]) == "2018-12-25"
    assert day(ready.expires_on) == day(document.expires_on) == "2018-12-25"


async def test_it_can_be_taken_back(lenient: Country) -> None:
    country = lenient
    await country.matcher_fails()
    id = (await country.applies()).application_id
    request = apps.RequestEmergencyDocumentRequest(application_id=id, reason=FUNERAL)
    cancel = apps.CancelEmergencyDocumentRequest(application_id=id, reason="travels later")

    await country.officer("RequestEmergencyDocument", request)
    cancelled = await country.supervisor("CancelEmergencyDocument", cancel)
    await country.matcher_returns()
    identified = await country.reaches(id, "AWAITING_APPROVAL")

    assert not cancelled.HasField("emergency_document")
    assert not identified.identification_due


async def test_without_a_word_of_the_policy_it_is_refused(country: Country) -> None:
    await country.matcher_fails()
    id = (await country.applies()).application_id
    request = apps.RequestEmergencyDocumentRequest(application_id=id, reason=FUNERAL)

    with pytest.raises(Refused) as refused:
        await country.officer("RequestEmergencyDocument", request)

    assert (refused.value.code, refused.value.reason) == (
        "FAILED_PRECONDITION", "EMERGENCY_DOCUMENT_NOT_ALLOWED",
    )  # fmt: skip
    assert await country.state(id) == "IDENTIFYING"
