"""A name that no passport can show makes no page: the payload is refused, and the field named."""

import pytest
from passport.printer.v1 import jobs_pb2 as jobs
from printer.domain.errors import BadPayload
from printer.page.personalisation_data import PersonalisationDataReader

from ..signed_clearances import a_payload  # noqa: TID252

ODD = [
    "Rah\nman", "Rah\x07man", "Rah\tman", "عمر", "李小龍", "Иван", "Ελένη", "Siti 😀", "   ", "'",
    "-", "A/B", "Siti (Noor)", "Siti\u00a0Noor", "Siti\u200b", "Louis 14", "q\u0303", "Ŋ\u0149",
    "\u202eSiti", "Siti_Noor",
]  # fmt: skip
SHOWN = ["Sukarno", "O'Connor", "\u02bfUmar", "Al-Basri", "e\u0301", "Nguyễn", "W" * 200]


@pytest.mark.parametrize("name", ODD)
def test_odd_names_of_a_payload_are_refused(name: str) -> None:
    read = PersonalisationDataReader("REPUBLIK INDONESIA")
    data = jobs.PersonalisationData.FromString(a_payload())
    data.holder.name.secondary = name

    with pytest.raises(BadPayload) as refused:
        read(data.SerializeToString())

    assert refused.value.field == "payload.holder.name.secondary"


@pytest.mark.parametrize("name", SHOWN)
def test_names_that_can_be_shown_are_read(name: str) -> None:
    data = jobs.PersonalisationData.FromString(a_payload())
    data.holder.name.primary = name

    page = PersonalisationDataReader("REPUBLIK INDONESIA")(data.SerializeToString())

    assert page.mrz.primary_identifier == name
