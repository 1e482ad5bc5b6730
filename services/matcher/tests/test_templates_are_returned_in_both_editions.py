"""The template of a stored finger, as a record of ISO/IEC 19794-2 of 2011 or of 2005."""

from pathlib import Path

import pytest
from matcher.domain.errors import UnreadableTemplate
from matcher.domain.office_scope import ALL_OFFICES
from matcher.record import iso19794
from matcher.service.decode import edition
from matcher.store.tables import fingers as stored_fingers
from matcher.use_cases.get_template import GetTemplate
from passport.matcher.v1 import encounters_pb2 as pb
from passport.type.v1 import biometrics_pb2 as b
from sqlalchemy import update

from .caller import Caller, refusal
from .conftest import Callers
from .matcher_process import TIMEOUT_SECONDS, Matcher
from .people import fingers
from .store_and_index import INDEX, enrol, opened

Y2011, Y2005 = b.TEMPLATE_FORMAT_ISO_19794_2_2011, b.TEMPLATE_FORMAT_ISO_19794_2_2005


async def get(caller: Caller, name: str, position: int, wanted: int = 0) -> b.FingerTemplate:
    request = pb.GetTemplateRequest(
        encounter_id=name,
        position=b.FingerPosition.ValueType(position),
        format=b.TemplateFormat.ValueType(wanted),
    )
    answer: pb.GetTemplateResponse = await caller.encounters.GetTemplate(
        request, timeout=TIMEOUT_SECONDS
    )
    return answer.template


async def test_both_editions_hold_the_same_minutiae(issuance: Caller, someone: int) -> None:
    sent = fingers(someone, positions=(2, 7))
    await issuance.enrol(f"{someone}", sent)

    newer = await get(issuance, f"{someone}", 7)
    older = await get(issuance, f"{someone}", 7, Y2005)

    assert (newer.format, older.format) == (Y2011, Y2005)
    assert newer.data == sent[1].template.data
    assert newer == await get(issuance, f"{someone}", 7, Y2011)
    (one,), (other,) = iso19794.read(newer.data), iso19794.read(older.data)
    assert older.data[:8] == b"FMR\0 20\0"
    assert (one.position, other.position) == (7, 7)
    assert (one.minutiae.xy == other.minutiae.xy).all()


@pytest.mark.parametrize(
    ("encounter", "position", "reason", "field"),
    [
        ("", 2, "FINGER_NOT_FOUND", "position"),
        ("", 9, "FINGER_NOT_FOUND", "position"),
        ("-unknown", 7, "ENCOUNTER_NOT_FOUND", "encounter_id"),
    ],
)
async def test_what_is_not_stored_is_not_found(
    issuance: Caller, someone: int, encounter: str, position: int, reason: str, field: str
) -> None:
    missing = b.FingerSample(
        position=b.FINGER_POSITION_RIGHT_INDEX, missing_reason=b.MISSING_REASON_AMPUTATED
    )
    await issuance.enrol(f"{someone}", [missing, *fingers(someone, positions=(7,))])

    refused = await refusal(get(issuance, f"{someone}{encounter}", position))

    assert (refused.code, refused.reason, refused.fields) == ("NOT_FOUND", reason, [field])


async def test_templates_of_another_office_are_not_shown(
    issuance: Caller, shared_matcher: Matcher, callers: Callers, someone: int
) -> None:
    await issuance.enrol(f"{someone}", fingers(someone), office_id="MTP")
    banjarmasin = callers(shared_matcher, tls=shared_matcher.identity(office="BJM"))

    refused = await refusal(get(banjarmasin, f"{someone}", 2))

    assert refused.reason == "ENCOUNTER_NOT_FOUND"


@pytest.mark.parametrize("wanted", [Y2011, Y2005])
async def test_a_damaged_template_is_not_shown(
    tmp_path: Path, someone: int, wanted: b.TemplateFormat.ValueType
) -> None:
    async with opened(tmp_path) as base:
        await enrol(base, someone)
        async with base.store.write() as records:
            statement = update(stored_fingers).values(template_sha256=bytes(32))
            await records.transaction.execute(statement)

        with pytest.raises(UnreadableTemplate):
            await GetTemplate(base.store, base.pool)(
                f"encounter-{someone}", INDEX, edition(wanted), ALL_OFFICES
            )
