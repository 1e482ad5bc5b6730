"""What the printer refuses for good becomes an open item: who has to act, why, and its exits."""

from typing import Any

import pytest
from issuance.store.tables.applications import applications
from passport.issuance.v1 import accounts_pb2 as accounts
from passport.issuance.v1 import applications_pb2 as apps
from servicekit.storage.database import Database
from sqlalchemy import update

from .callers import Refused
from .contract_values import a_holder, calendar_date
from .country import OFFICE, Country

OFFICER, SUPERVISOR = apps.RESPONSIBLE_PARTY_OFFICER, apps.RESPONSIBLE_PARTY_SUPERVISOR


async def _open_items(country: Country) -> list[accounts.OpenItem]:
    request = accounts.ListOpenItemsRequest(office=OFFICE)
    return list((await country.officer("ListOpenItems", request)).items)


async def _was_stored_before_names_were_checked(database_url: str, id: str, primary: str) -> None:
    """Give a stored application a name that today's counter refuses."""
    holder = a_holder()
    holder.name.primary = primary
    stored = update(applications).where(applications.c.id == id)
    database = Database(database_url)
    async with database.begin() as connection:
        await connection.execute(stored.values(holder=holder.SerializeToString()))
    await database.close()


async def _corrects(country: Country, id: str, **changes: Any) -> apps.Application:
    request = apps.CorrectDataRequest(
        application_id=id, holder=a_holder(**changes), reason="as in the civil register"
    )
    return await country.officer("CorrectData", request)  # type: ignore[no-any-return]


async def test_a_name_that_was_stored_unprintable(country: Country, database_url: str) -> None:
    id = (await country.applies()).application_id
    await _was_stored_before_names_were_checked(database_url, id, "عمر")
    await country.approves(id)

    failed = await country.reaches(id, "PRINT_FAILED")
    (item,) = await _open_items(country)
    corrected = await _corrects(country, id)
    assert await _open_items(country) == []
    await country.approves(id)
    await country.reaches(id, "READY")

    assert (failed.print_failure.reason, failed.print_failure.field) == (
        "BAD_PAYLOAD", "holder.name.primary",
    )  # fmt: skip
    assert failed.waiting.responsible_party == OFFICER
    assert (item.application_id, item.waiting) == (id, failed.waiting)
    assert item.print_failure == failed.print_failure
    assert apps.ApplicationState.Name(corrected.state) == "APPLICATION_STATE_AWAITING_APPROVAL"
    assert not corrected.HasField("print_failure")
    assert country.printer.document_numbers == [corrected.document_number]
    history = await country.officer("GetHistory", apps.GetHistoryRequest(application_id=id))
    correction = next(entry for entry in history.entries if entry.event == "correct_data")
    assert correction.previous_holder.name.primary == "عمر"
    assert correction.corrected_holder.name.primary == "RAHMAN"
    assert correction.reason == "as in the civil register"


async def test_any_other_permanent_refusal(country: Country) -> None:
    reasons = ["CLEARANCE_BAD_SIGNATURE", "CLEARANCE_WRONG_OFFICE", "DOCUMENT_ALREADY_CLEARED"]
    for reason in reasons:
        country.printer.refuses = reason
        id = (await country.applies()).application_id
        await country.approves(id)
        failed = await country.reaches(id, "PRINT_FAILED")
        assert failed.print_failure.reason == reason
        assert failed.waiting.responsible_party == SUPERVISOR
    items = await _open_items(country)
    assert sorted(item.print_failure.reason for item in items) == reasons

    country.printer.refuses = ""
    for item in items:
        await country.supervisor("Approve", apps.ApproveRequest(application_id=item.application_id))
        await country.reaches(item.application_id, "READY")


async def test_a_cancelled_job_waits_for_a_person(country: Country) -> None:
    country.printer.prints_immediately = False
    ids = [(await country.applies()).application_id for _ in range(2)]
    await country.approves(*ids)
    await country.until(lambda: _jobs(country, 2))

    for job in list(country.printer.jobs):
        country.printer.cancel(job)

    failed = await country.reaches(ids[0], "PRINT_FAILED")
    await country.reaches(ids[1], "PRINT_FAILED")
    assert (failed.print_failure.reason, failed.print_failure.message) == (
        "JOB_CANCELLED", "the machine is moved",
    )  # fmt: skip
    country.printer.prints_immediately = True
    await country.supervisor("Approve", apps.ApproveRequest(application_id=ids[0]))
    await country.officer("Withdraw", apps.WithdrawRequest(application_id=ids[1]))
    assert (await country.reaches(ids[0], "READY")).book_serial == "B0000001"
    assert await _open_items(country) == []


async def test_corrections_obey_the_rules_of_the_counter(country: Country) -> None:
    country.printer.prints_immediately = False
    id = (await country.takes_in()).application_id
    early = await _corrects(country, id, birth_place="Martapura")
    assert (early.state, early.holder.birth_place) == (apps.APPLICATION_STATE_RECEIVED, "Martapura")

    with pytest.raises(Refused, match="BAD_DATE"):
        await _corrects(country, id, born_on=calendar_date("2018-10-27"))
    with pytest.raises(Refused, match="cannot be printed"):
        await _corrects(country, id, birth_place="東京")
    assert (await country.application(id)).holder.birth_place == "Martapura"

    printing = (await country.applies()).application_id
    await country.approves(printing)
    await country.reaches(printing, "PRINTING")
    with pytest.raises(Refused, match="AT_THE_PRINTER"):
        await _corrects(country, printing)


async def _jobs(country: Country, count: int) -> bool:
    return len(country.printer.jobs) == count
