"""The fee is told at intake, paid in full, and compared with what the bank reports."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from issuance.domain.tariff import INDONESIA_2019
from issuance.tariff_file import tariff_example
from passport.issuance.v1 import accounts_pb2 as accounts
from passport.issuance.v1 import applications_pb2 as apps
from passport.type.v1 import civil_pb2

from .callers import Refused
from .contract_values import timestamp
from .country import Country, a_country

PAID_AT = "2018-10-26T08:00:00+08:00"
MONEY_WITHOUT_APPLICATION = accounts.PAYMENT_DIFFERENCE_UNRECORDED


@pytest_asyncio.fixture
async def with_tariff(tmp_path: Path, pki: Path, database_url: str) -> AsyncIterator[Country]:
    """Banjarmasin with the tariff of 2019."""
    tariff = tariff_example(INDONESIA_2019)
    async with a_country(tmp_path, pki, database_url, tariff=tariff) as running:
        yield running


def _pay(id: str, receipt: str, rupiah: int | None = None) -> apps.RecordPaymentRequest:
    return apps.RecordPaymentRequest(application_id=id, receipt=receipt, amount_rupiah=rupiah)


async def _open_payments(country: Country) -> list[accounts.OpenItem]:
    listed: list[accounts.OpenItem] = []
    token = ""
    while True:
        request = accounts.ListOpenItemsRequest(page_size=1, page_token=token)
        page = await country.administrator("ListOpenItems", request)
        listed += page.items
        token = page.next_page_token
        if not token:
            return listed


async def test_the_fee_is_told_and_paid_in_full(with_tariff: Country) -> None:
    taken_in = await with_tariff.takes_in(priority_class=civil_pb2.PRIORITY_CLASS_EXPEDITED)
    id = taken_in.application_id
    await with_tariff.officer("AcceptDocuments", apps.AcceptDocumentsRequest(application_id=id))

    refusals = []
    for rupiah in (None, 350_000):
        with pytest.raises(Refused) as refused:
            await with_tariff.officer("RecordPayment", _pay(id, "BNI-1", rupiah))
        refusals.append((refused.value.code, refused.value.reason, refused.value.field))
    paid = await with_tariff.officer("RecordPayment", _pay(id, "BNI-1", 1_350_000))

    assert (taken_in.fee_rupiah, taken_in.penalty_rupiah) == (1_350_000, 0)
    assert refusals == [
        ("INVALID_ARGUMENT", "AMOUNT_REQUIRED", "amount_rupiah"),
        ("INVALID_ARGUMENT", "AMOUNT_DIFFERS", "amount_rupiah"),
    ]
    assert paid.state == apps.APPLICATION_STATE_PAID


async def test_a_payment_of_no_application_is_an_open_item(with_tariff: Country) -> None:
    id = (await with_tariff.takes_in()).application_id
    await with_tariff.officer("AcceptDocuments", apps.AcceptDocumentsRequest(application_id=id))
    report = accounts.ReconcilePaymentsRequest(
        request_id="report-of-26-October",
        payments=[
            accounts.ReportedPayment(
                receipt=receipt, amount_rupiah=350_000, paid_at=timestamp(PAID_AT)
            )
            for receipt in ("BNI-1", "BNI-2")
        ],
        reported_until=timestamp("2018-10-26T08:30:00+08:00"),
    )

    with pytest.raises(Refused) as refused:
        await with_tariff.caller("administrator", "rini")("ReconcilePayments", report)
    compared = await with_tariff.administrator("ReconcilePayments", report)
    again = await with_tariff.administrator("ReconcilePayments", report)
    before = await _open_payments(with_tariff)
    await with_tariff.officer("RecordPayment", _pay(id, "BNI-1", 350_000))
    after = await _open_payments(with_tariff)

    assert refused.value.reason == "WRONG_OFFICE"
    assert (compared.agreed, compared.unrecorded) == (0, 2)
    assert again == compared
    assert [(item.receipt, item.difference, item.reported_rupiah) for item in before] == [
        ("BNI-1", MONEY_WITHOUT_APPLICATION, 350_000),
        ("BNI-2", MONEY_WITHOUT_APPLICATION, 350_000),
    ]
    assert [item.receipt for item in after] == ["BNI-2"]
    assert after[0].waiting.responsible_party == apps.RESPONSIBLE_PARTY_ADMINISTRATOR
