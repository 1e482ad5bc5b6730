"""The number of the civil register, such as a NIK, is taken in, shown and corrected."""

import pytest
from passport.issuance.v1 import applications_pb2 as apps

from services.captured_logs import captured_logs

from .callers import Refused
from .contract_values import a_holder
from .country import OFFICE, Country

NIK, OTHER_NIK = "6371016802900001", "6371016802900002"


def _correction(id: str, identity_number: str | None = None) -> apps.CorrectDataRequest:
    return apps.CorrectDataRequest(
        application_id=id,
        holder=a_holder(),
        reason="as on the identity card",
        identity_number=identity_number,
    )


async def _last_numbers(country: Country, id: str) -> tuple[str, str, str]:
    request = apps.GetHistoryRequest(application_id=id)
    entry = (await country.officer("GetHistory", request)).entries[-1]
    return entry.event, entry.previous_identity_number, entry.corrected_identity_number


async def test_it_is_shown_until_the_hand_over_and_in_no_log(country: Country) -> None:
    with captured_logs() as logged:
        taken = await country.applies(identity_number=NIK)
        id = taken.application_id
        await country.approves(id)
        ready = await country.reaches(id, "READY")

    assert (taken.identity_number, ready.identity_number) == (NIK, NIK)
    assert NIK not in str(logged)


async def test_it_may_be_left_out(country: Country) -> None:
    id = (await country.applies()).application_id
    await country.approves(id)

    assert (await country.reaches(id, "READY")).identity_number == ""


@pytest.mark.parametrize("number", ["637", "6" * 21, "637101-680290", "nik63710168"])
async def test_another_format_is_refused_in_words(country: Country, number: str) -> None:
    id = (await country.takes_in(identity_number=NIK)).application_id
    create = apps.CreateApplicationRequest(
        office=OFFICE,
        type=apps.APPLICATION_TYPE_NEW,
        holder=a_holder(),
        identity_number=number,
    )
    correct = _correction(id, number)

    for method, request in (("CreateApplication", create), ("CorrectData", correct)):
        with pytest.raises(Refused, match="4 to 20 characters of A-Z 0-9") as refused:
            await country.officer(method, request)
        found = (refused.value.code, refused.value.reason, refused.value.field)
        assert found == ("INVALID_ARGUMENT", "INVALID_REQUEST", "identity_number")

    assert (await country.application(id)).identity_number == NIK


async def test_a_correction_replaces_it_and_the_history_has_both(country: Country) -> None:
    id = (await country.takes_in(identity_number=NIK)).application_id

    corrected = await country.officer("CorrectData", _correction(id, OTHER_NIK))

    assert corrected.identity_number == OTHER_NIK
    assert await _last_numbers(country, id) == ("correct_data", NIK, OTHER_NIK)


async def test_a_correction_without_it_leaves_it_and_an_empty_one_removes_it(
    country: Country,
) -> None:
    id = (await country.takes_in(identity_number=NIK)).application_id

    left = await country.officer("CorrectData", _correction(id))
    assert left.identity_number == NIK
    removed = await country.officer("CorrectData", _correction(id, ""))

    assert removed.identity_number == ""
    assert await _last_numbers(country, id) == ("correct_data", NIK, "")
