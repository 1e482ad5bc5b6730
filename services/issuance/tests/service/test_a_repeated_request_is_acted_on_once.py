"""A repeated request gets the same answer; another content or an old revision is refused."""

import asyncio

import pytest
from passport.issuance.v1 import applications_pb2 as apps
from passport.issuance.v1 import offices_pb2

from .callers import Refused
from .contract_values import a_holder
from .country import OFFICE, Country


async def test_the_same_request_gives_the_same_answer(country: Country) -> None:
    request = apps.CreateApplicationRequest(
        request_id="6b0f6c1e", office=OFFICE, type=apps.APPLICATION_TYPE_NEW, holder=a_holder()
    )

    first, duplicate = await asyncio.gather(
        country.officer("CreateApplication", request), country.officer("CreateApplication", request)
    )
    again = await country.officer("CreateApplication", request)

    assert first == duplicate == again
    assert (await country.status()).applications == {"received": 1}


async def test_a_request_id_with_another_content_is_refused(country: Country) -> None:
    request = apps.CreateApplicationRequest(
        request_id="6b0f6c1e", office=OFFICE, type=apps.APPLICATION_TYPE_NEW, holder=a_holder()
    )
    await country.officer("CreateApplication", request)

    request.holder.birth_place = "Martapura"
    with pytest.raises(Refused, match="REQUEST_ID_REUSED"):
        await country.officer("CreateApplication", request)


async def test_an_old_revision_is_refused(country: Country) -> None:
    application = await country.takes_in()
    id = application.application_id
    seen = apps.AcceptDocumentsRequest(application_id=id, revision=application.revision)
    accepted = await country.officer("AcceptDocuments", seen)

    stale = apps.RecordPaymentRequest(application_id=id, revision=1, receipt="1")
    with pytest.raises(Refused, match="STALE_REVISION"):
        await country.officer("RecordPayment", stale)

    assert accepted.revision == 2
    assert (await country.application(id)) == accepted


async def test_an_approval_given_twice_makes_one_passport(country: Country) -> None:
    id = (await country.applies()).application_id
    await country.reaches(id, "AWAITING_APPROVAL")
    request = apps.ApproveRequest(application_id=id)

    first = await country.supervisor("Approve", request)
    again = await country.supervisor("Approve", request)
    await country.reaches(id, "READY")

    assert first == again
    assert country.printer.books_made[id] == 1


async def test_a_capacity_set_twice_is_set_once(country: Country) -> None:
    request = offices_pb2.SetCapacityRequest(
        office=OFFICE, machines=3, books_per_machine_per_day=40.5
    )

    first = await country.supervisor("SetCapacity", request)
    again = await country.supervisor("SetCapacity", request)

    assert first == again
    assert (first.machines, first.books_per_machine_per_day) == (3, 40.5)
