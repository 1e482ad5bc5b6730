"""The sample page: the specimen of ICAO Doc 9303 of a state that does not exist, crossed out."""

import io
from datetime import date
from functools import cache

from PIL import Image

from printer.page.data_page import PageData, render
from printer.page.mrz import MrzData

SAMPLE_OVERPRINT = "SPECIMEN - VOID"

# UTO is Utopia, which Doc 9303 reserves for examples: no border takes it for a passport.
_DATA = MrzData(
    document_code="P", issuing_state="UTO", primary_identifier="SPECIMEN",
    secondary_identifier="VOID", document_number="VOID00000", nationality="UTO",
    date_of_birth=date(1974, 8, 12), sex="X", date_of_expiry=date(2012, 4, 15),
    personal_number="",
)  # fmt: skip


@cache
def sample_page() -> bytes:
    """Return the page as a PDF."""
    data = PageData(
        mrz=_DATA,
        issuing_state_name="UTOPIA",
        place_of_birth="ZENITH",
        date_of_issue=date(2007, 4, 16),
        authority="SAMPLE PRINT",
        portrait=_no_portrait(),
    )
    return render(data, overprint=SAMPLE_OVERPRINT)


def _no_portrait() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (350, 450), (200, 205, 210)).save(target, "JPEG")
    return target.getvalue()
