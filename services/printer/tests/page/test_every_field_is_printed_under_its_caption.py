from dataclasses import replace
from datetime import date

import pypdfium2  # type: ignore[import-untyped]
import pytest
from passport.printer.v1 import jobs_pb2 as jobs
from passport.type.v1 import civil_pb2 as civil
from printer.page.data_page import PageData, render
from printer.page.personalisation_data import PersonalisationDataReader

from ..signed_clearances import a_portrait  # noqa: TID252
from .pages import a_page

PAYLOAD = jobs.PersonalisationData(
    document_number="X0000001",
    document_code="P",
    issuing_state="IDN",
    holder=civil.BiographicData(
        name=civil.PersonName(primary="Nurhaliza", secondary="Siti"),
        nationality="IDN",
        born_on=civil.CalendarDate(year=1990, month=2, day=28),
        birth_place="Banjarmasin",
        sex=civil.SEX_FEMALE,
        personal_number="6371",
    ),
    issued_on=civil.CalendarDate(year=2018, month=11, day=5),
    expires_on=civil.CalendarDate(year=2023, month=10, day=4),
    issuing_office="Kantor Imigrasi Banjarmasin",
    portrait=a_portrait(),
)


def _printed(data: PageData) -> list[str]:
    """The lines of text on a page, from top to bottom."""
    page = pypdfium2.PdfDocument(render(data))[0]
    return str(page.get_textpage().get_text_bounded()).splitlines()


def test_as_the_payload_says() -> None:
    read = PersonalisationDataReader("REPUBLIK INDONESIA")

    assert _printed(read(PAYLOAD.SerializeToString()))[:-2] == [
        "PASPOR / PASSPORT", "REPUBLIK INDONESIA",
        "Jenis / Type", "P",
        "Kode negara / Country code", "IDN",
        "No. paspor / Passport no.", "X0000001",
        "Nama / Name", "NURHALIZA",
        "Nama depan / Given names", "SITI",
        "Kewarganegaraan / Nationality", "IDN",
        "Jenis kelamin / Sex", "P/F",
        "Tgl. lahir / Date of birth", "28 FEB 1990",
        "No. reg. / Personal no.", "6371",
        "Tempat lahir / Place of birth", "BANJARMASIN",
        "Tgl. pengeluaran / Date of issue", "05 NOV 2018",
        "Tgl. habis berlaku / Date of expiry", "04 OKT/OCT 2023",
        "Kantor yang mengeluarkan / Issuing office", "KANTOR IMIGRASI BANJARMASIN",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("month", "words"),
    [
        (1, "03 JAN 2007"), (2, "03 FEB 2007"), (3, "03 MAR 2007"), (4, "03 APR 2007"),
        (5, "03 MEI/MAY 2007"), (6, "03 JUN 2007"), (7, "03 JUL 2007"), (8, "03 AGT/AUG 2007"),
        (9, "03 SEP 2007"), (10, "03 OKT/OCT 2007"), (11, "03 NOV 2007"), (12, "03 DES/DEC 2007"),
    ],
)  # fmt: skip
def test_each_month_in_both_languages(month: int, words: str) -> None:
    lines = _printed(replace(a_page(), date_of_issue=date(2007, month, 3)))

    assert lines[lines.index("Tgl. pengeluaran / Date of issue") + 1] == words


@pytest.mark.parametrize(("sex", "letters"), [("M", "L/M"), ("F", "P/F"), ("X", "X")])
def test_the_sex_in_both_languages(sex: str, letters: str) -> None:
    lines = _printed(a_page(sex=sex))

    assert lines[lines.index("Jenis kelamin / Sex") + 1] == letters
