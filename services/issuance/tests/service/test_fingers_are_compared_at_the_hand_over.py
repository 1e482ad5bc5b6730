"""The counter sends the fingers of who collects a passport; nothing of them is stored."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from issuance.store.tables.metadata import metadata
from passport.issuance.v1 import applications_pb2 as apps
from passport.type.v1 import biometrics_pb2
from servicekit.storage.database import Database
from sqlalchemy import select

from .callers import Refused
from .contract_values import some_fingers
from .country import Country, a_country

MISSING = biometrics_pb2.FingerSample(
    position=biometrics_pb2.FINGER_POSITION_LEFT_INDEX,
    missing_reason=biometrics_pb2.MISSING_REASON_BANDAGED,
)


async def _becomes_ready(country: Country, fingers: bytes = b"whorl") -> str:
    id = (await country.applies(fingers)).application_id
    await country.approves(id)
    await country.reaches(id, "READY")
    return id


def _hand_over(id: str, fingers: bytes) -> apps.HandOverRequest:
    return apps.HandOverRequest(application_id=id, signed_by="Siti", samples=some_fingers(fingers))


async def _last_entry(country: Country, id: str) -> apps.HistoryEntry:
    request = apps.GetHistoryRequest(application_id=id)
    return (await country.officer("GetHistory", request)).entries[-1]  # type: ignore[no-any-return]


async def test_the_holders_fingers_match(country: Country) -> None:
    id = await _becomes_ready(country)

    done = await country.officer("HandOver", _hand_over(id, b"whorl"))
    entry = await _last_entry(country, id)

    assert done.state == apps.APPLICATION_STATE_HANDED_OVER
    assert entry.finger_check == apps.FINGER_CHECK_MATCH
    (asked,) = country.matcher.verified
    assert entry.finger_check_decision_id == f"decision-{asked.request_id}"
    assert (asked.reference.encounter_id, asked.forget_samples) == (id, True)


async def test_anothers_do_not_and_a_supervisor_decides(country: Country) -> None:
    id = await _becomes_ready(country)

    left = []
    for _ in range(3):
        with pytest.raises(Refused) as refused:
            await country.officer("HandOver", _hand_over(id, b"loop"))
        left.append((refused.value.reason, refused.value.metadata["tries_left"]))
    with pytest.raises(Refused, match="FINGER_TRIES_USED"):
        await country.officer("HandOver", _hand_over(id, b"whorl"))
    waiting = await country.application(id)
    waive = apps.WaiveFingerCheckRequest(application_id=id, reason="known by the photo")
    with pytest.raises(Refused, match="SEPARATION_OF_DUTIES"):
        await country.supervisor("WaiveFingerCheck", waive)
    waived = await country.caller("supervisor", "hadi")("WaiveFingerCheck", waive)
    request = apps.HandOverRequest(application_id=id, signed_by="Siti")
    await country.officer("HandOver", request)

    assert left == [("FINGERS_DIFFER", "2"), ("FINGERS_DIFFER", "1"), ("FINGERS_DIFFER", "0")]
    assert waiting.finger_mismatches == 3
    assert waiting.waiting.responsible_party == apps.RESPONSIBLE_PARTY_SUPERVISOR
    assert waived.finger_check_waived
    assert (await country.history(id))[-5:] == [
        "fail_finger_check", "fail_finger_check", "fail_finger_check", "waive_finger_check",
        "hand_over",
    ]  # fmt: skip
    assert (await _last_entry(country, id)).finger_check == apps.FINGER_CHECK_WAIVED


@pytest.mark.parametrize(
    ("samples", "collector", "expected"),
    [
        ([MISSING], apps.COLLECTOR_HOLDER, ("INVALID_REQUEST", "samples")),
        (some_fingers(b"a") * 2, apps.COLLECTOR_HOLDER, ("FINGER_TWICE", "samples[1].position")),
        (some_fingers(b"a") * 5, apps.COLLECTOR_HOLDER, ("INVALID_REQUEST", "samples")),
        (some_fingers(b"smudge"), apps.COLLECTOR_HOLDER, ("FINGERS_UNUSABLE", "samples[0]")),
        (some_fingers(b"a"), apps.COLLECTOR_PROXY, ("NOT_THE_PROXY", "collected_by")),
    ],
)
async def test_bad_fingers_are_refused_by_their_field(
    country: Country, samples: Any, collector: Any, expected: tuple[str, str]
) -> None:
    id = await _becomes_ready(country)
    country.matcher.unusable_fingers.add(b"smudge")
    request = apps.HandOverRequest(
        application_id=id, signed_by="Siti", samples=samples, collected_by=collector
    )

    with pytest.raises(Refused) as refused:
        await country.officer("HandOver", request)

    assert (refused.value.reason, refused.value.field) == expected
    assert await country.state(id) == "READY"
    assert (await country.history(id))[-1] == "finish_print"


async def test_an_optional_check_stops_nobody_while_the_matcher_is_away(
    tmp_path: Path, pki: Path, database_url: str
) -> None:
    settings = "finger_check_seconds = 0.5"
    async with a_country(tmp_path, pki, database_url, more_settings=settings) as country:
        id = await _becomes_ready(country)
        await country.matcher.stop()

        done = await country.officer("HandOver", _hand_over(id, b"whorl"))

        assert done.state == apps.APPLICATION_STATE_HANDED_OVER
        entry = await _last_entry(country, id)
        assert entry.finger_check == apps.FINGER_CHECK_MATCHER_UNAVAILABLE


async def test_a_required_one_waits_for_the_matcher_or_a_supervisor(
    tmp_path: Path, pki: Path, database_url: str
) -> None:
    settings = (
        "finger_check_seconds = 0.5\n"
        'finger_check = "off"\nfinger_check_of_offices = {BJM = "required"}'
    )
    async with a_country(tmp_path, pki, database_url, more_settings=settings) as country:
        id = await _becomes_ready(country)
        request = apps.HandOverRequest(application_id=id, signed_by="Siti")
        with pytest.raises(Refused, match="FINGER_CHECK_REQUIRED"):
            await country.officer("HandOver", request)
        await country.matcher.stop()
        with pytest.raises(Refused, match="FINGER_CHECK_UNAVAILABLE"):
            await country.officer("HandOver", _hand_over(id, b"whorl"))
        await country.matcher.start()

        async def is_handed_over() -> bool:
            with suppress(Refused):  # until the matcher is found again
                await country.officer("HandOver", _hand_over(id, b"whorl"))
            return await country.state(id) == "HANDED_OVER"

        await country.until(is_handed_over)
        entry = await _last_entry(country, id)
        assert entry.finger_check == apps.FINGER_CHECK_MATCH


async def test_nothing_of_the_fingers_is_stored(
    country: Country, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    id = await _becomes_ready(country)
    with pytest.raises(Refused, match="FINGERS_DIFFER"):
        await country.officer("HandOver", _hand_over(id, b"anothers-ridges"))

    await country.officer("HandOver", _hand_over(id, b"whorl"))

    stored = await _everything_stored(database_url)
    assert b"anothers-ridges" not in stored
    assert "anothers-ridges" not in caplog.text


async def _everything_stored(database_url: str) -> bytes:
    database = Database(database_url)
    async with database.read() as connection:
        found = [await connection.execute(select(table)) for table in metadata.sorted_tables]
        rows = [row for result in found for row in result]
    await database.close()
    assert any(b"SITI" in value for row in rows for value in row if isinstance(value, bytes))
    return b"\n".join(v if isinstance(v, bytes) else str(v).encode() for row in rows for v in row)
