"""Runs the lines of docs/daily-work.md in one shell, with the real grpcurl and a real country."""

import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from harness.country import Country
from harness.journey_office import JourneyOffice

from tests.countries import a_country

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/daily-work.md").read_text(encoding="utf-8")
PORTS = {"matcher": "localhost:7101", "issuance": "localhost:7201", "printer": "localhost:7301"}


@pytest_asyncio.fixture(loop_scope="session")
async def country(tmp_path: Path) -> AsyncIterator[Country]:
    """A country of its own: the page hands a passport over before its day, for want of time."""
    async with a_country(tmp_path / "country", books_per_minute=300.0) as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def office(country: Country) -> JourneyOffice:
    """The office of that country, on a Monday morning."""
    office = JourneyOffice(country, seed=1)
    await office.staff.open_print_room()
    office.next_monday()
    return office


def script_of_the_page(office: JourneyOffice, build: Path) -> str:
    """Return all lines of the page, with addresses and folders of the running country."""
    lines = "\n".join(re.findall(r"^```sh\n(.*?)^```$", PAGE, re.M | re.S))
    for service, documented in PORTS.items():
        lines = lines.replace(documented, office.country.addresses[service])
    layout = office.country.layout
    lines = lines.replace("ARGS=", f"PKI={layout.pki} ARGS=").replace("build/", f"{build}/")
    lines = lines.replace("read-book", f"read-book --country {layout.root}")
    return "set -eu -o pipefail\n" + lines.replace(".tools/bin/uv run ", "")


def run(script: str) -> "subprocess.CompletedProcess[str]":
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-c", script],
        cwd=ROOT,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )


async def test_every_role_does_its_part(office: JourneyOffice, tmp_path: Path) -> None:
    done = run(script_of_the_page(office, tmp_path))

    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    assert '"state": "BOOK_STATE_ISSUED"' in done.stdout
    assert '"fee_rupiah": "350000"' in done.stdout + done.stderr
    assert '"delivery": "NOTICE_DELIVERY_' in done.stdout
    assert "right index and left index look like one: captured again before me" in done.stdout
    assert '"letter_of_authority": "folder 12, letter of the holder"' in done.stdout
    notices = (office.country.layout.notices).read_text(encoding="utf-8")
    assert "+6281234567890" in notices
    assert '"state": "APPLICATION_STATE_HANDED_OVER"' in done.stdout
    assert '"finger_check": "FINGER_CHECK_MATCH"' in done.stdout
    assert '"state": "TASK_STATE_CONFIRMED"' in done.stdout
    assert (tmp_path / "prints.png").read_bytes().startswith(b"\x89PNG")
