"""The list is a file that changes while the service runs; an old one stops approvals."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import jwt
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from passport.issuance.v1 import applications_pb2 as apps
from passport.issuance.v1 import outages_pb2

from .callers import Refused
from .country import Country, a_country

KEY = Ed25519PrivateKey.generate()
SITI = {"reference": "B-17", "names": ["Siti Rahman"], "born_on": "1990-02-28"}


def issue(folder: Path, at: str, *bans: dict[str, Any]) -> None:
    """The authority issues a list."""
    claims = {"iat": int(datetime.fromisoformat(at).timestamp()), "bans": bans}
    written = folder / "bans.new"
    written.write_text(jwt.encode(claims, KEY, algorithm="EdDSA"))
    written.replace(folder / "bans.jws")


@pytest_asyncio.fixture
async def with_list(tmp_path: Path, pki: Path, database_url: str) -> AsyncIterator[Country]:
    """Banjarmasin with a list of this morning, on Friday, 26 October 2018, at nine."""
    public = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "bans.pem").write_bytes(public)
    issue(tmp_path, "2018-10-26T08:00+08:00")
    settings = f'travel_ban_file = "{tmp_path}/bans.jws"\ntravel_ban_key = "{tmp_path}/bans.pem"'
    async with a_country(tmp_path, pki, database_url, more_settings=settings) as country:
        yield country


async def test_a_hit_is_held_and_cleared_by_another_supervisor(with_list: Country) -> None:
    country = with_list
    id = (await country.applies()).application_id
    await country.reaches(id, "AWAITING_APPROVAL")
    issue(country.folder, "2018-10-26T09:00+08:00", SITI)

    with pytest.raises(Refused, match="HELD_FOR_SUPERVISOR"):
        await country.approves(id)

    held = await country.application(id)
    assert held.held
    assert held.waiting.what.en == "a further check by a supervisor"
    clear = apps.ClearHoldRequest(application_id=id, reason="a namesake, by the photo")
    with pytest.raises(Refused, match="NOT_PERMITTED"):
        await country.officer("ClearHold", clear)
    cleared = await country.caller("supervisor", "hadi")("ClearHold", clear)
    assert not cleared.held
    await country.approves(id)
    assert (await country.history(id))[-3:] == ["hold", "clear_hold", "approve"]
    assert all("ban" not in kind.lower() for kind, _ in await country.notices(id))


async def test_a_nik_of_the_list_holds_whoever_has_it(with_list: Country) -> None:
    country, nik = with_list, "6371016802900001"
    banned = (await country.applies(identity_number=nik)).application_id
    other = (await country.applies(identity_number="6371016802900002")).application_id
    await country.reaches(banned, "AWAITING_APPROVAL")
    issue(country.folder, "2018-10-26T09:00+08:00", {"reference": "B-18", "identity_number": nik})

    with pytest.raises(Refused, match="HELD_FOR_SUPERVISOR"):
        await country.approves(banned)

    await country.approves(other)
    assert (await country.application(banned)).held


async def test_a_ready_passport_is_held_when_somebody_comes_for_it(with_list: Country) -> None:
    country = with_list
    id = (await country.applies()).application_id
    await country.approves(id)
    await country.reaches(id, "READY")
    issue(country.folder, "2018-10-26T09:00+08:00", SITI)

    with pytest.raises(Refused, match="HELD_FOR_SUPERVISOR"):
        await country.officer("HandOver", apps.HandOverRequest(application_id=id, signed_by="Siti"))

    assert (await country.application(id)).held
    assert (await country.history(id))[-1] == "hold"


async def test_approvals_wait_while_the_list_is_too_old(with_list: Country) -> None:
    country = with_list
    id = (await country.applies()).application_id
    await country.reaches(id, "AWAITING_APPROVAL")
    country.clock("2018-10-29T10:00+08:00")

    async def is_out() -> bool:
        return [each.scope for each in await country.outages()] == [
            outages_pb2.OUTAGE_SCOPE_TRAVEL_BAN_LIST
        ]

    await country.until(is_out)
    with pytest.raises(Refused, match="STOPPED_BY_OUTAGE"):
        await country.approves(id)
    assert [each.cause for each in (await country.status()).outages] == [
        "the travel-ban list is missing or too old"
    ]

    issue(country.folder, "2018-10-29T09:30+08:00")

    async def is_over() -> bool:
        return not await country.outages()

    await country.until(is_over)
    await country.approves(id)
