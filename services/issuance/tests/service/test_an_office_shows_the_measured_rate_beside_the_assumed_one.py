import pytest
from passport.issuance.v1 import offices_pb2

from .country import Country


async def office(country: Country, office: str = "BJM") -> offices_pb2.Office:
    """Return an office as its officer sees it."""
    request = offices_pb2.GetOfficeRequest(office=office)
    return await country.officer("GetOffice", request)  # type: ignore[no-any-return]


async def test_it_is_what_the_printer_measured_in_days_of_the_office(country: Country) -> None:
    country.printer.books_per_working_day = 131.5

    shown = await office(country)

    assert shown.measured_books_per_working_day == 131.5
    assert (shown.machines, shown.books_per_machine_per_day) == (4, 40.5)
    assert country.printer.timezones_asked == ["Asia/Makassar"]


async def test_it_moves_no_promised_date(country: Country) -> None:
    application = await country.applies()
    promised = await country.promised_dates(application.application_id)
    country.printer.books_per_working_day = 0.1

    await office(country)

    assert await country.promised_dates(application.application_id) == promised


@pytest.mark.parametrize("name", ["BJM", "JKT"])
async def test_it_is_absent_where_nothing_is_measured_or_there_is_no_printer(
    country: Country, name: str
) -> None:
    shown = await office(country, name)

    assert shown.office == name
    assert not shown.HasField("measured_books_per_working_day")


async def test_it_is_absent_while_the_printer_does_not_answer(country: Country) -> None:
    country.printer.books_per_working_day = 131.5
    await country.printer.stop()

    shown = await office(country)

    assert shown.machines == 4
    assert not shown.HasField("measured_books_per_working_day")
