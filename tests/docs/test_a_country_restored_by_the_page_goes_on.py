"""Runs the lines of docs/backup.md in a country of its own, with the real commands and grpcurl."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from harness.configuration import CountryOptions, Layout
from harness.country import Country
from harness.journey_office import BEGINNING, READY, JourneyOffice
from harness.keep_running import keep_running
from harness.stopped_services import StoppedServices
from passport.issuance.v1 import applications_pb2 as pb
from passport.printer.v1 import stock_pb2

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.slow,
    pytest.mark.timeout(1800),
]

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/backup.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.M | re.S)
NAMES, BACK_UP, PUT_BACK, *ALL, RESTORE_MATCHER, SEE_LOST = BLOCKS
PORTS = {"matcher": "localhost:7101", "issuance": "localhost:7201", "printer": "localhost:7301"}


@pytest_asyncio.fixture(loop_scope="session")
async def country(tmp_path: Path) -> AsyncIterator[Country]:
    """A country of its own whose services start again, and stop when they are asked to."""
    options = CountryOptions(machines=1, books_per_minute=600.0)
    async with Country(Layout.fresh(tmp_path / "up"), options, BEGINNING) as started:
        stopped = StoppedServices(started.layout.root)
        keeping = asyncio.create_task(
            keep_running(started.processes, started.restart, lambda _: None, stopped)
        )
        yield started
        keeping.cancel()


async def run(country: Country, build: Path, *blocks: str) -> str:
    """Run blocks of the page, with addresses and folders of the running country."""
    lines = "\n".join(["set -eu -o pipefail", *blocks])
    for service, documented in PORTS.items():
        lines = lines.replace(documented, country.addresses[service])
    root = country.layout.root
    lines = lines.replace("build/up", str(root)).replace("build/", f"{build}/")
    lines = lines.replace("ARGS=", f"PKI={country.layout.pki} ARGS=")
    lines = re.sub(r"harness (stop|start) [$\w]+", rf"\g<0> --country {root}", lines)
    lines = lines.replace(".tools/bin/uv run ", "")
    done = await asyncio.to_thread(
        subprocess.run,
        ["bash", "-c", lines],
        cwd=ROOT,
        env={
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=1200,
    )
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


async def test_nothing_is_lost_but_one_book_and_nothing_is_printed_twice(
    country: Country, tmp_path: Path
) -> None:
    office = JourneyOffice(country, seed=1)
    await office.staff.open_print_room()
    office.next_monday()
    (passport,) = await office.apply(office.first_time_applicant())
    office.clock(office.today, 17)
    await office.decide()
    await run(country, tmp_path, NAMES, BACK_UP)
    office.clock(office.today + timedelta(days=1), 8)
    await office.print(passport)
    destroyed = (await office.file(passport)).book_serial

    await run(country, tmp_path, NAMES, PUT_BACK, *ALL)
    await office.print(passport)

    printed = await office.file(passport)
    assert printed.state == READY
    assert printed.book_serial not in ("", destroyed)
    (output,) = country.machine_outputs
    assert [book.book_serial for book in output.printed()] == [destroyed, printed.book_serial]
    assert (await _books(office))[destroyed] == stock_pb2.BOOK_STATE_SPOILED
    await _who_is_enrolled_since_is_not_lost_with_the_matcher(office, tmp_path)


async def _books(office: JourneyOffice) -> "dict[str, stock_pb2.BookState.ValueType]":
    return {book.serial: book.state for book in await office.staff.operator.books()}


async def _who_is_enrolled_since_is_not_lost_with_the_matcher(
    office: JourneyOffice, tmp_path: Path
) -> None:
    applicant = office.first_time_applicant()
    (application,) = await office.apply(applicant)
    await office.staff.drain()

    seen = await run(office.country, tmp_path, NAMES, PUT_BACK, RESTORE_MATCHER, SEE_LOST)

    assert application.application_id in seen
    assert "capture the person again" in seen
    file = await office.file(application)
    assert pb.ApplicationState.Name(file.state) == "APPLICATION_STATE_PAID"
