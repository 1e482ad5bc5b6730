"""Document numbers and receipts belong to one application each, also after a restore."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from issuance.domain.document_number import format_document_number
from issuance.domain.payment import ReceiptUsed
from issuance.store.tables.counters import counters
from issuance.store.tables.payments import payment_receipts
from servicekit.storage.database import Database
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from .workflow import Workflow


async def _number_of_next(workflow: Workflow) -> str:
    id = await workflow.applies()
    await workflow.is_identified()
    await workflow.approves(id)
    return (await workflow.case(id)).document_number


async def _is_given_a_number(workflow: Workflow, id: str) -> None:
    async with workflow.store.begin() as records:
        case = await records.cases.get(id)
        same = replace(case, document_number="X12345678", revision=case.revision + 1)
        await records.cases.save(same)


async def test_numbers_follow_one_another(workflow: Workflow) -> None:
    workflow.real_now = datetime(2026, 11, 26, tzinfo=UTC)

    assert [await _number_of_next(workflow) for _ in range(3)] == [
        "X0YVAM000",
        "X0YVAM001",
        "X0YVAM002",
    ]


async def test_a_database_restored_from_an_old_copy_gives_none_again(
    workflow: Workflow, database: Database
) -> None:
    given = {await _number_of_next(workflow) for _ in range(5)}

    workflow.real_now += timedelta(minutes=1)
    async with database.begin() as connection:
        await connection.execute(update(counters).values(value=0))
    after = {await _number_of_next(workflow) for _ in range(5)}

    assert not given & after


async def test_the_database_refuses_a_number_that_another_application_has(
    workflow: Workflow,
) -> None:
    first, second = await workflow.applies(), await workflow.applies()

    await _is_given_a_number(workflow, first)
    with pytest.raises(IntegrityError):
        await _is_given_a_number(workflow, second)


async def test_a_receipt_pays_one_application(workflow: Workflow) -> None:
    here = await workflow.brings_documents(receipt="BNI-1")
    await workflow.brings_documents(receipt="BNI-2", office="JKT")

    with pytest.raises(ReceiptUsed) as used_here:
        await workflow.brings_documents(receipt="BNI-1")
    with pytest.raises(ReceiptUsed) as used_elsewhere:
        await workflow.brings_documents(receipt="BNI-2")

    assert (used_here.value.field, used_here.value.metadata) == (
        "receipt",
        {"application_id": here},
    )
    assert used_elsewhere.value.metadata == {}


async def test_the_database_refuses_a_receipt_of_another_application(
    workflow: Workflow, database: Database
) -> None:
    await workflow.brings_documents(receipt="BNI-1")
    other = await workflow.brings_documents(receipt="BNI-2")
    async with database.begin() as connection:
        await connection.execute(delete(payment_receipts).where(payment_receipts.c.case == other))

    with pytest.raises(ReceiptUsed):
        async with workflow.store.begin() as records:
            await records.payments.add("BNI-1", other, None, workflow.now_is)


def test_no_number_looks_like_a_serial_or_can_be_misread() -> None:
    numbers = [format_document_number(30**power - 1) for power in range(9)]

    assert {len(number) for number in numbers} == {9}
    assert {number[0] for number in numbers} == {"X"}
    assert not set("BIOQSZ") & set("".join(numbers))
