"""Administrators pause work by RPC: it waits, the status says why, and it goes on when resumed."""

import pytest
from passport.issuance.v1 import admin_pb2

from .callers import Refused
from .country import Country


async def test_identification_waits_until_it_is_resumed(country: Country) -> None:
    pause = admin_pb2.PauseWorkRequest(kind="identify", office="BJM", reason="a bad model")
    await country.administrator("PauseWork", pause)
    id = (await country.applies()).application_id
    await country.takes_in()  # the outbox has been polled several times by now

    (paused,) = (await country.status()).paused_work
    assert (paused.kind, paused.office, paused.reason) == ("identify", "BJM", "a bad model")
    assert "/user/ani/" in paused.paused_by
    assert country.matcher.asked_about == []

    resume = admin_pb2.ResumeWorkRequest(kind="identify", office="BJM")
    await country.administrator("ResumeWork", resume)
    await country.reaches(id, "AWAITING_APPROVAL")
    assert not (await country.status()).paused_work


async def test_an_offices_administrator_pauses_its_own_work(country: Country) -> None:
    theirs = country.caller("administrator", "joko", "JKT")

    for office in ("BJM", ""):
        with pytest.raises(Refused, match="WRONG_OFFICE"):
            await theirs(
                "PauseWork", admin_pb2.PauseWorkRequest(kind="print", office=office, reason="spite")
            )
        with pytest.raises(Refused, match="WRONG_OFFICE"):
            await theirs("ResumeWork", admin_pb2.ResumeWorkRequest(kind="print", office=office))


@pytest.mark.parametrize(
    ("kind", "office", "reason"),
    [("paint", "BJM", "INVALID_REQUEST"), ("print", "XXX", "UNKNOWN_OFFICE")],
)
async def test_only_known_work_is_paused(
    country: Country, kind: str, office: str, reason: str
) -> None:
    request = admin_pb2.PauseWorkRequest(kind=kind, office=office, reason="why not")

    with pytest.raises(Refused, match=reason):
        await country.administrator("PauseWork", request)
