"""Money balances: each payment that the bank and the offices know differently is an open item."""

import pytest
from issuance.domain.actor import Actor
from issuance.domain.application_type import ApplicationType
from issuance.domain.collection_plan import PriorityClass
from issuance.domain.office import WrongOffice
from issuance.domain.payment import AmountDiffers, ReceiptSettled, ReceiptTwice, ReportedPayment
from issuance.domain.tariff import INDONESIA_2019, Fee
from issuance.domain.working_time import BadDate
from issuance.use_cases.create_application import NewApplication
from issuance.use_cases.reconcile_payments import Reconciliation

from .local_time import banjarmasin
from .people import HOLDER, identity
from .workflow import Workflow

FEE = Fee(350_000)
NIGHT = "2018-10-26 23:59"


def paid(receipt: str, rupiah: int = 350_000) -> ReportedPayment:
    return ReportedPayment(receipt, rupiah, banjarmasin("2018-10-26 08:30"))


async def test_what_agrees_is_no_item(workflow: Workflow) -> None:
    await workflow.brings_documents(receipt="BNI-1", fee=FEE)
    workflow.clock("2018-10-27 06:00")

    compared = await workflow.is_reported(paid("BNI-1"), until=NIGHT)

    assert compared == Reconciliation(agreed=1, unrecorded=0, unreported=0, amount=0)
    assert await workflow.open_payments() == []


async def test_money_without_an_application_waits_until_it_is_recorded(
    workflow: Workflow,
) -> None:
    await workflow.is_reported(paid("BNI-1"))
    before = await workflow.open_payments()
    of_the_office = await workflow.open_payments("BJM")

    await workflow.brings_documents(receipt="BNI-1", fee=FEE)

    assert (before, of_the_office) == ([("BNI-1", "unrecorded")], [])
    assert await workflow.open_payments() == []


async def test_a_receipt_that_the_bank_does_not_know_is_an_item_once_the_report_is_complete(
    workflow: Workflow,
) -> None:
    await workflow.brings_documents(receipt="BNI-1", fee=FEE)
    workflow.clock("2018-10-27 06:00")
    await workflow.brings_documents(receipt="BNI-2", fee=FEE)

    await workflow.is_reported()
    incomplete = await workflow.open_payments()
    await workflow.is_reported(until=NIGHT)
    complete = await workflow.open_payments("BJM")
    await workflow.is_reported(paid("BNI-1"))

    assert incomplete == []
    assert complete == [("BNI-1", "unreported")]
    assert await workflow.open_payments() == []


async def test_another_amount_is_an_item_until_the_bank_corrects_it(workflow: Workflow) -> None:
    await workflow.brings_documents(receipt="BNI-1", fee=FEE)

    compared = await workflow.is_reported(paid("BNI-1", 300_000))
    differs = await workflow.open_payments("BJM")
    elsewhere = await workflow.open_payments("JKT")
    await workflow.is_reported(paid("BNI-1"))

    assert compared == Reconciliation(agreed=0, unrecorded=0, unreported=0, amount=1)
    assert (differs, elsewhere) == ([("BNI-1", "amount")], [])
    assert await workflow.open_payments() == []


async def test_an_item_that_is_reported_again_stays_the_same(workflow: Workflow) -> None:
    await workflow.is_reported(paid("BNI-1"))
    workflow.clock("2018-10-27 06:00")

    await workflow.is_reported(paid("BNI-1"))

    async with workflow.store.read() as records:
        page = await records.open_items.page(1000, None, None, include_resolved=False)
    assert [item.since for item in page] == [banjarmasin("2018-10-26 09:00")]


async def test_what_the_bank_reported_less_of_cannot_be_recorded_as_paid(
    workflow: Workflow,
) -> None:
    await workflow.is_reported(paid("BNI-1", 300_000))

    with pytest.raises(AmountDiffers):
        await workflow.brings_documents(receipt="BNI-1", fee=FEE)


async def test_money_that_was_given_back_pays_no_application(workflow: Workflow) -> None:
    await workflow.is_reported(paid("BNI-1"))
    with pytest.raises(WrongOffice):
        await workflow.settles_payment(identity("agus", "supervisor"))

    await workflow.settles_payment(Actor("spiffe://ID/user/ani", "administrator"))
    await workflow.is_reported(paid("BNI-1"))

    assert await workflow.open_payments() == []
    with pytest.raises(ReceiptSettled):
        await workflow.brings_documents(receipt="BNI-1", fee=FEE)


async def test_a_difference_that_was_settled_is_open_again_when_it_is_another(
    workflow: Workflow,
) -> None:
    await workflow.brings_documents(receipt="BNI-1", fee=FEE)
    workflow.clock("2018-10-27 06:00")
    await workflow.is_reported(until=NIGHT)

    await workflow.settles_payment(identity("agus", "supervisor"))
    await workflow.is_reported(until=NIGHT)
    settled = await workflow.open_payments()
    await workflow.is_reported(paid("BNI-1", 300_000))

    assert settled == []
    assert await workflow.open_payments() == [("BNI-1", "amount")]


async def test_receipts_of_an_earlier_version_have_no_amount_and_are_not_missed(
    workflow: Workflow,
) -> None:
    await workflow.brings_documents(receipt="BNI-1")

    await workflow.is_reported(paid("BNI-1", 300_000))

    assert await workflow.open_payments() == []


async def test_a_report_is_consistent_and_not_of_the_future(workflow: Workflow) -> None:
    with pytest.raises(ReceiptTwice) as twice:
        await workflow.is_reported(paid("BNI-1"), paid("BNI-2"), paid("BNI-1", 1))
    with pytest.raises(BadDate):
        await workflow.is_reported(until="2018-10-26 09:01")

    assert twice.value.field == "payments[2].receipt"
    assert await workflow.open_payments() == []


async def test_force_majeure_takes_the_penalty_off_the_fee(workflow: Workflow) -> None:
    lost, normal = ApplicationType.REPLACEMENT_LOST, PriorityClass.NORMAL
    fee = INDONESIA_2019.fee(lost, normal)
    id = await workflow.takes_in(NewApplication("BJM", lost, normal, HOLDER, "ani", fee=fee))

    before = await workflow.case(id)
    await workflow.accepts_force_majeure(id)
    await workflow.documents_are_accepted(id)
    with pytest.raises(AmountDiffers):
        await workflow.pays(id, "BNI-1", amount=1_350_000)
    await workflow.pays(id, "BNI-1", amount=350_000)

    after = await workflow.case(id)
    assert (before.fee_rupiah, before.penalty_rupiah) == (1_350_000, 1_000_000)
    assert (after.fee_rupiah, after.penalty_rupiah) == (350_000, 0)
    assert (await workflow.history(id))[-1].details.amount_rupiah == 350_000
