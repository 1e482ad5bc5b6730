"""A printer that takes connections and never answers holds up its own office only."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from passport.issuance.v1 import offices_pb2, outages_pb2

from .country import Country, a_country

LONGER_THAN_THE_TEST = 300.0


@asynccontextmanager
async def a_printer_that_hangs() -> AsyncIterator[str]:
    """Take connections and say nothing; the address."""
    gone = asyncio.Event()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await gone.wait()
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    yield f"{host}:{port}"
    gone.set()
    server.close()


@asynccontextmanager
async def a_country_in_which_one_hangs(
    folder: Path, pki: Path, database_url: str, outage_opens_after: float
) -> AsyncIterator[Country]:
    """The printer of Jakarta hangs; no call to it is given up while the test lasts."""
    async with (
        a_printer_that_hangs() as address,
        a_country(
            folder,
            pki,
            database_url,
            printer_of_jakarta=address,
            call_timeout=LONGER_THAN_THE_TEST,
            outage_opens_after=outage_opens_after,
        ) as country,
    ):
        yield country


async def _released(office: Country, books: int) -> Sequence[str]:
    """People apply, are approved, and their books are released to the printer."""
    ids = [(await office.applies()).application_id for _ in range(books)]
    await office.approves(*ids)
    return ids


@pytest.mark.timeout(180)
async def test_eight_are_printed_while_ten_hang(
    tmp_path: Path, pki: Path, database_url: str
) -> None:
    async with a_country_in_which_one_hangs(
        tmp_path, pki, database_url, outage_opens_after=LONGER_THAN_THE_TEST
    ) as country:
        await _eight_are_printed_while_ten_hang(country)


async def _eight_are_printed_while_ten_hang(country: Country) -> None:
    jakarta = country.at("JKT")
    hanging = await _released(jakarta, 10)
    for id in hanging:
        await jakarta.reaches(id, "PRINTING")

    for id in await _released(country, 8):
        await country.reaches(id, "READY")

    status = await country.status()
    (backlog,) = [backlog for backlog in status.outbox if backlog.kind == "print"]
    assert (backlog.count, backlog.failing) == (10, 0)
    assert [(it.office, it.tasks, it.leased) for it in status.printers] == [
        ("BJM", 0, 0),
        ("JKT", 10, 2),
    ]
    assert [await jakarta.state(id) for id in hanging] == ["PRINTING"] * 10


async def test_its_office_has_an_outage_of_printing_and_is_shown_without_a_rate(
    tmp_path: Path, pki: Path, database_url: str
) -> None:
    async with a_country_in_which_one_hangs(
        tmp_path, pki, database_url, outage_opens_after=1.0
    ) as country:
        await country.until(lambda: _an_outage_is_open(country))

        (outage,) = await country.outages()
        office = await country.at("JKT").officer(
            "GetOffice", offices_pb2.GetOfficeRequest(office="JKT")
        )

    assert (outage.scope, outage.office) == (outages_pb2.OUTAGE_SCOPE_PRINTING, "JKT")
    assert outage.automatic
    assert outage.cause == "the printer of the office does not answer"
    assert not office.HasField("measured_books_per_working_day")


async def _an_outage_is_open(country: Country) -> bool:
    return bool(await country.outages())
