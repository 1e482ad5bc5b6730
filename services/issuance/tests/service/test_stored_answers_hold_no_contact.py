"""What is stored to answer a repeated request says nothing of how the applicant is reached."""

import pytest
from issuance.store.tables.idempotency import idempotency
from passport.issuance.v1 import applications_pb2 as apps
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import create_async_engine

from .contract_values import a_holder, calendar_date
from .country import OFFICE, Country

CONTACT = apps.Contact(email="siti@example.org", phone="+6281234567890")
PROXY = apps.Proxy(
    name="Budi Rahman", identity_number="6371014107850002", letter_of_authority="folder 12"
)
MOTHER = apps.Guardian(
    name="Nur Rahman", identity_number="6371014107850001",
    relation=apps.GUARDIAN_RELATION_MOTHER, consents=True,
)  # fmt: skip


async def _stores_whole(
    database_url: str, request: apps.AcceptDocumentsRequest, answer: apps.Application
) -> None:
    """Store an answer as versions did that left nothing out."""
    engine, table = create_async_engine(database_url), idempotency
    of_request = table.c.request_type == request.DESCRIPTOR.full_name
    async with engine.begin() as connection:
        whole = update(table).where(of_request).values(response=answer.SerializeToString())
        await connection.execute(whole)
    await engine.dispose()


async def _stored(database_url: str) -> bytes:
    """Return all answers that the service has stored."""
    engine = create_async_engine(database_url)
    async with engine.connect() as connection:
        answers = list(await connection.scalars(select(idempotency.c.response)))
    await engine.dispose()
    assert answers
    return b"".join(answers)


@pytest.fixture
def create() -> apps.CreateApplicationRequest:
    """A request of an applicant who gives a contact."""
    return apps.CreateApplicationRequest(
        request_id="create-siti", office=OFFICE, type=apps.APPLICATION_TYPE_NEW,
        holder=a_holder(), contact=CONTACT,
    )  # fmt: skip


async def test_a_repeated_request_gets_the_contact_of_the_application(
    country: Country, create: apps.CreateApplicationRequest
) -> None:
    first = await country.officer("CreateApplication", create)

    again = await country.officer("CreateApplication", create)

    assert again == first
    assert again.contact == CONTACT


async def test_what_is_erased_is_answered_no_more(
    country: Country, create: apps.CreateApplicationRequest
) -> None:
    first = await country.officer("CreateApplication", create)
    id = first.application_id
    appoint = apps.AppointProxyRequest(request_id="proxy-01", application_id=id, proxy=PROXY)
    assert (await country.officer("AppointProxy", appoint)).proxy == PROXY
    await country.officer("Withdraw", apps.WithdrawRequest(application_id=id))

    again = await country.officer("CreateApplication", create)
    appointed = await country.officer("AppointProxy", appoint)

    assert (again.application_id, again.state) == (id, first.state)
    assert not again.HasField("contact")
    assert not appointed.HasField("proxy")


async def test_an_answer_that_an_earlier_version_stored_whole_has_those_of_now(
    country: Country, database_url: str, create: apps.CreateApplicationRequest
) -> None:
    create.holder.born_on.CopyFrom(calendar_date("2015-09-03"))
    id = (await country.officer("CreateApplication", create)).application_id
    accept = apps.AcceptDocumentsRequest(
        request_id="accept-1", application_id=id, guardians=[MOTHER]
    )
    accepted = await country.officer("AcceptDocuments", accept)
    await _stores_whole(database_url, accept, accepted)

    again = await country.officer("AcceptDocuments", accept)
    await country.officer("Withdraw", apps.WithdrawRequest(application_id=id))
    after = await country.officer("AcceptDocuments", accept)

    assert again == accepted
    assert again.guardians == [MOTHER]
    assert not after.guardians
    assert not after.HasField("contact")


async def test_no_stored_answer_names_contact_proxy_or_guardian(
    country: Country, database_url: str, create: apps.CreateApplicationRequest
) -> None:
    create.holder.born_on.CopyFrom(calendar_date("2015-09-03"))
    id = (await country.officer("CreateApplication", create)).application_id
    accept = apps.AcceptDocumentsRequest(application_id=id, guardians=[MOTHER])
    assert (await country.officer("AcceptDocuments", accept)).guardians == [MOTHER]
    appoint = apps.AppointProxyRequest(application_id=id, proxy=PROXY)
    await country.officer("AppointProxy", appoint)
    await country.officer("RecordPayment", apps.RecordPaymentRequest(application_id=id, receipt=id))
    await country.is_photographed(id)

    stored = await _stored(database_url)

    for secret in (b"siti@example.org", b"+6281234567890", b"Budi Rahman", b"Nur Rahman"):
        assert secret not in stored
