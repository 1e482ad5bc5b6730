"""People declare, correct and end outages; those that the watcher opened they end by override."""

import pytest
from passport.issuance.v1 import outages_pb2

from .callers import Refused
from .contract_values import timestamp
from .country import OFFICE, Country

PRINTING, MATCHER = outages_pb2.OUTAGE_SCOPE_PRINTING, outages_pb2.OUTAGE_SCOPE_MATCHER


async def test_an_outage_is_declared_and_ended(country: Country) -> None:
    began = timestamp("2018-10-25T10:00:00+08:00")
    declared = await country.declares(PRINTING, OFFICE, began_at=began)
    ended = await country.ends(declared)

    assert declared.began_at == began
    assert declared.declared_by.endswith("/user/ani/role/administrator")
    assert not declared.automatic
    assert ended.HasField("ended_at")
    with pytest.raises(Refused, match="OUTAGE_ENDED"):
        await country.ends(declared)
    assert [outage.outage_id for outage in await country.outages(open_only=False)] == [
        declared.outage_id
    ]
    assert not await country.outages()


async def test_outages_do_not_overlap(country: Country) -> None:
    await country.declares(PRINTING, OFFICE)

    with pytest.raises(Refused, match="OUTAGE_OVERLAPS"):
        await country.declares(PRINTING, OFFICE)
    await country.declares(PRINTING, "JKT")

    assert len(await country.outages()) == 2


@pytest.mark.parametrize(
    ("office", "changes", "reason"),
    [
        ("", {}, "UNKNOWN_OFFICE"),
        ("XXX", {}, "UNKNOWN_OFFICE"),
        (OFFICE, {"began_at": timestamp("2018-10-27T10:00:00+08:00")}, "BAD_DATE"),
        (OFFICE, {"began_at": timestamp("0001-01-01T00:00:00Z")}, "BAD_DATE"),
        (OFFICE, {"expected_end": timestamp("2018-10-25T10:00:00+08:00")}, "BAD_DATE"),
        (OFFICE, {"expected_end": timestamp("9999-12-31T23:59:59Z")}, "BAD_DATE"),
    ],
)
async def test_what_cannot_be_is_refused(
    country: Country, office: str, changes: dict[str, object], reason: str
) -> None:
    with pytest.raises(Refused, match=reason):
        await country.declares(PRINTING, office, **changes)

    assert not await country.outages(open_only=False)


async def test_the_watchers_outage_ends_when_the_matcher_is_well(country: Country) -> None:
    outage = await country.matcher_fails()

    with pytest.raises(Refused, match="OUTAGE_IS_AUTOMATIC"):
        await country.ends(outage)
    with pytest.raises(Refused, match="OUTAGE_OVERLAPS"):
        await country.declares(MATCHER)

    await country.matcher_returns()


async def test_the_watchers_outage_is_corrected_and_ended_by_override(country: Country) -> None:
    outage = await country.matcher_fails()
    country.clock("2018-10-26T12:00+08:00")
    update = outages_pb2.UpdateOutageRequest(
        outage_id=outage.outage_id,
        revision=outage.revision,
        cause="database lost",
        expected_end=timestamp("2018-10-31T18:00:00+08:00"),
    )
    corrected = await country.administrator("UpdateOutage", update)
    update.request_id = ""
    with pytest.raises(Refused, match="STALE_REVISION"):
        await country.administrator("UpdateOutage", update)

    ended = await country.ends(corrected, revision=corrected.revision, override_automatic=True)

    assert (ended.automatic, ended.cause) == (True, "database lost")
    assert ended.HasField("ended_at")
    assert [change.by.rpartition("/user/")[2] for change in ended.changes] == [
        "service:issuance",
        "ani/role/administrator",
        "ani/role/administrator",
    ]
    request = outages_pb2.GetOutageRequest(outage_id=outage.outage_id)
    assert await country.administrator("GetOutage", request) == ended


async def test_an_outage_that_is_over_is_recorded_in_one_call(country: Country) -> None:
    began, ended = timestamp("2018-10-25T10:00:00+08:00"), timestamp("2018-10-25T12:00:00+08:00")

    recorded = await country.declares(PRINTING, OFFICE, began_at=began, ended_at=ended)

    assert (recorded.began_at, recorded.ended_at) == (began, ended)
    assert not await country.outages()
    with pytest.raises(Refused, match="INVALID_REQUEST"):
        await country.declares(PRINTING, "JKT", ended_at=ended)


async def test_a_declared_outage_that_ends_too_early_goes_on_by_itself(country: Country) -> None:
    declared = await country.declares(MATCHER)
    await country.matcher.stop()
    country.clock("2018-10-26T10:00+08:00")
    await country.ends(declared)

    async def automatic() -> bool:
        return any(outage.automatic for outage in await country.outages())

    await country.until(automatic)
    (outage,) = await country.outages()
    assert outage.began_at == timestamp("2018-10-26T10:00:00+08:00")


async def test_a_short_outage_costs_no_day(country: Country) -> None:
    id = (await country.applies()).application_id
    outage = await country.declares(PRINTING, OFFICE)
    country.clock("2018-10-26T10:00+08:00")
    await country.ends(outage)

    await country.approves(id)

    await country.reaches(id, "READY")
    assert await country.notices(id) == [("PROMISED_DATE", "2018-10-31"), ("READY", "")]
