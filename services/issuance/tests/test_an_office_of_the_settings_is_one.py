"""Offices of the settings have a name that passports can show, and a time zone."""

import pytest
from issuance.office_settings import OfficeSettings
from pydantic import ValidationError

OFFICE = {
    "id": "BJM",
    "timezone": "Asia/Makassar",
    "machines": 4,
    "books_per_machine_per_day": 40.5,
}


def test_an_office_that_no_passport_can_show_is_refused() -> None:
    with pytest.raises(ValidationError, match="cannot be printed in a passport"):
        OfficeSettings.model_validate({**OFFICE, "name": "Kantor 東京"})

    OfficeSettings.model_validate({**OFFICE, "name": "Kantor Imigrasi Kelas I TPI Banjarmasin"})


@pytest.mark.parametrize("zone", ["WITA", "localtime", "Factory", "asia/makassar", ""])
def test_a_time_zone_that_is_no_place_is_refused(zone: str) -> None:
    with pytest.raises(ValidationError, match="unknown time zone"):
        OfficeSettings.model_validate({**OFFICE, "name": "Banjarmasin", "timezone": zone})
