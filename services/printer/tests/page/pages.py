"""Builders of page data with good defaults: the specimen of ICAO Doc 9303."""

from dataclasses import replace
from datetime import date
from typing import Any

from printer.page.data_page import PageData
from printer.page.mrz import MrzData

from ..signed_clearances import a_portrait  # noqa: TID252

SPECIMEN = MrzData(
    document_code="P", issuing_state="UTO", primary_identifier="ERIKSSON",
    secondary_identifier="ANNA MARIA", document_number="L898902C3", nationality="UTO",
    date_of_birth=date(1974, 8, 12), sex="F", date_of_expiry=date(2012, 4, 15),
    personal_number="ZE184226B",
)  # fmt: skip


def a_zone(**changes: Any) -> MrzData:
    """The specimen with some fields changed."""
    return replace(SPECIMEN, **changes)


def a_page(**changes: Any) -> PageData:
    """A page around the specimen with some fields of its zone changed."""
    return PageData(
        mrz=a_zone(**changes), issuing_state_name="UTOPIA", place_of_birth="ZENITH",
        date_of_issue=date(2007, 4, 16), authority="PASSPORT OFFICE", portrait=a_portrait(),
    )  # fmt: skip
