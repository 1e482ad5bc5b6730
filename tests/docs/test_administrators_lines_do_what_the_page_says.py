"""Runs the lines of docs/administration.md with the real grpcurl against a running country."""

import json
import re
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from harness.country import Country

pytestmark = pytest.mark.asyncio(loop_scope="session")

ROOT = Path(__file__).parents[2]
PORTS = {"matcher": "localhost:7101", "issuance": "localhost:7201", "printer": "localhost:7301"}
LINES = re.findall(
    r"^(?:make grpcurl|openssl) .*$", (ROOT / "docs/administration.md").read_text(), re.M
)

CLOSED = r"\"year\":2026,\"month\":12,\"day\":28"


def execute(line: str, country: Country) -> "subprocess.CompletedProcess[str]":
    """Execute a line of the page, with the addresses and folders of the running country."""
    for service, documented in PORTS.items():
        line = line.replace(documented, country.addresses[service])
    line = line.replace("make grpcurl", f"make --silent grpcurl PKI={country.layout.pki}")
    line = line.replace("build/pki", str(country.layout.pki))
    line = line.replace("build/up/config", str(country.layout.configs))
    return subprocess.run(
        ["bash", "-c", line], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )


def run(line: str, country: Country) -> str:
    answer = execute(line, country)
    assert answer.returncode == 0, f"{line}\n{answer.stdout}{answer.stderr}"
    return answer.stdout


async def test_every_line_works_in_the_order_of_the_page(country: Country) -> None:
    outage_id, answers = "", {}
    now = datetime.fromisoformat(country.layout.clock.read_text().strip())
    day = now + timedelta(days=7 - now.weekday())
    closed = f'\\"year\\":{day.year},\\"month\\":{day.month},\\"day\\":{day.day}'
    for documented in LINES:
        line = documented.replace(CLOSED, closed)
        answer = run(line.replace("OUTAGE_ID", outage_id), country)
        if "DeclareOutage" in line:
            outage_id = json.loads(answer)["outage_id"]
        answers[line.split()[-1].strip('"')] = answer

    assert "passport.matcher.v1.Encounters" in answers["list"]
    assert "rpc DeclareOutage" in answers["passport.issuance.v1.Outages"]
    assert json.loads(answers["grpc.health.v1.Health/Check"]) == {"status": "SERVING"}
    status = json.loads(answers["passport.matcher.v1.MatcherAdmin/GetStatus"])
    assert status["level"] == "SERVICE_LEVEL_FULL"
    assert json.loads(answers["passport.printer.v1.PrinterAdmin/GetStatus"])["office"] == "BJM"
    open_ones = json.loads(answers["passport.issuance.v1.Outages/ListOutages"])["outages"]
    assert [outage["outage_id"] for outage in open_ones] == [outage_id]
    assert json.loads(answers["passport.issuance.v1.Outages/EndOutage"])["ended_at"]
    notices = json.loads(answers["passport.issuance.v1.Schedule/ListNotices"])
    assert notices.keys() <= {"notices", "next_page_token"}
    offices = json.loads(answers["passport.issuance.v1.Offices/ListOffices"])["offices"]
    assert [office["office"] for office in offices] == ["BJM", "PDG"]
    days = json.loads(answers["passport.issuance.v1.Offices/ListSpecialDays"])["days"]
    assert [special["reason"] for special in days] == ["flood"]
    changes = json.loads(answers["passport.issuance.v1.Offices/ListOfficeChanges"])["changes"]
    assert [change["event"] for change in changes[:2]] == [
        "OFFICE_EVENT_REMOVE_CLOSURE",
        "OFFICE_EVENT_ADD_CLOSURE",
    ]


async def test_an_administrator_is_shut_out_as_the_page_says(country: Country) -> None:
    denying = next(number for number, line in enumerate(LINES) if line.startswith("openssl"))
    call, deny = LINES[denying - 1 : denying + 1]
    country.layout.denied_certificates.write_text("")
    run(call, country)

    run(deny, country)

    refused = execute(call, country)
    assert refused.returncode != 0
    assert "code = Unauthenticated" in refused.stderr
