"""Applicants give contact and language; a notice is written once though the service dies."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from passport.issuance.v1 import applications_pb2 as apps
from passport.issuance.v1 import schedule_pb2

from .callers import Refused
from .country import Country, a_country
from .running_service import ServiceProcess

PHONE = apps.Contact(phone="+6281234567890")


@pytest_asyncio.fixture
async def country(tmp_path: Path, pki: Path, database_url: str) -> AsyncIterator[Country]:
    async with a_country(tmp_path, pki, database_url, runs=ServiceProcess) as running:
        yield running


def _lines(country: Country) -> list[tuple[str, str]]:
    file = country.folder / "notices.jsonl"
    lines = file.read_text().splitlines() if file.exists() else []
    return [(json.loads(line)["notice_id"], json.loads(line)["language"]) for line in lines]


async def test_a_notice_is_written_once_though_the_service_dies(country: Country) -> None:
    process = country.process
    assert isinstance(process, ServiceProcess)
    await process.stop()
    await process.start("notify.after_call")
    id = (await country.applies(contact=PHONE, language="en")).application_id
    await process.killed()
    await process.start()

    async def is_delivered() -> bool:
        request = schedule_pb2.ListNoticesRequest(office="BJM", application_id=id)
        (notice,) = (await country.officer("ListNotices", request)).notices
        return bool(notice.delivery == schedule_pb2.NOTICE_DELIVERY_SENT)

    await country.until(is_delivered)
    assert _lines(country) == [(f"{id}-1", "en")]


async def test_a_contact_that_nobody_can_have_is_refused_and_may_be_changed(
    country: Country,
) -> None:
    refused = []
    for contact in (
        apps.Contact(email="siti@localhost"),
        apps.Contact(email="Siti <siti@example.com>"),
        apps.Contact(phone="081234567890"),
        apps.Contact(phone="+0123456789"),
    ):
        with pytest.raises(Refused) as refusal:
            await country.takes_in(contact=contact)
        refused.append((refusal.value.reason, refusal.value.field))
    with pytest.raises(Refused) as language:
        await country.takes_in(language="fr")

    id = (await country.takes_in(contact=PHONE)).application_id
    mail = apps.Contact(email="siti.o'hara+paspor@mail.example.co.id")
    request = apps.ChangeContactRequest(application_id=id, contact=mail, language="en")
    changed = await country.officer("ChangeContact", request)

    assert (
        refused
        == [("INVALID_REQUEST", "contact.email")] * 2 + [("INVALID_REQUEST", "contact.phone")] * 2
    )
    assert (language.value.reason, language.value.field) == ("INVALID_REQUEST", "language")
    assert (changed.contact, changed.language) == (mail, "en")
    assert (await country.history(id))[-1] == "change_contact"
