"""Administrators add, move and remove offices, and declare closures, while the service runs."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from passport.issuance.v1 import offices_pb2 as pb

from .callers import Refused
from .contract_values import calendar_date
from .country import Country
from .simulated_printer import SimulatedPrinter

PADANG: dict[str, Any] = {
    "office": "PDG",
    "name": "Padang",
    "timezone": "Asia/Jakarta",
    "machines": 1,
    "books_per_machine_per_day": 10,
}


async def _puts(country: Country, **changes: Any) -> pb.Office:
    request = pb.PutOfficeRequest(**{**PADANG, **changes})
    return await country.administrator("PutOffice", request)  # type: ignore[no-any-return]


async def test_a_new_office_prints_and_its_printer_may_move(country: Country) -> None:
    key = load_pem_private_key((country.folder / "clearance.pem").read_bytes(), None)
    assert isinstance(key, Ed25519PrivateKey)
    first, second = (SimulatedPrinter(country.pki, "PDG", key.public_key()) for _ in range(2))  # type: ignore[abstract]
    padang = country.at("PDG")
    try:
        await first.start()
        office = await _puts(country, printer=first.address, opens="07:30", languages=["id", "en"])
        assert (office.revision, office.opens, office.closes) == (1, "07:30", "16:00")
        await _prints(padang)

        await second.start()
        moved = await _puts(country, printer=second.address, revision=1)
        assert moved.revision == 2
        await first.stop()
        await _prints(padang)
    finally:
        await first.stop()
        await second.stop()


async def _prints(office: Country) -> None:
    id = (await office.applies()).application_id
    office.clock("2018-10-26T09:00+08:00")
    await office.approves(id)
    office.clock("2018-10-29T10:00+08:00")
    await office.reaches(id, "READY")


async def test_a_closure_moves_the_promised_day(country: Country) -> None:
    id = (await country.applies()).application_id
    assert await country.notices(id) == [("PROMISED_DATE", "2018-10-31")]
    day = calendar_date("2018-10-31")
    closure = pb.AddClosureRequest(office="BJM", day=day, reason="flood")

    added = await country.administrator("AddClosure", closure)

    assert added.kind == pb.SPECIAL_DAY_KIND_CLOSED
    listed = await country.officer("ListSpecialDays", pb.ListSpecialDaysRequest(office="BJM"))
    assert [special.reason for special in listed.days] == ["flood"]
    request = pb.AddWorkingDayRequest(day=calendar_date("2018-10-27"), reason="backlog")
    await country.administrator("AddWorkingDay", request)

    async def promised() -> bool:
        return (await country.promised_dates(id))[1] == "2018-11-01"

    country.clock("2018-10-29T09:00+08:00")
    await country.until(promised)
    await country.administrator("RemoveClosure", pb.RemoveClosureRequest(office="BJM", day=day))
    with pytest.raises(Refused, match="SPECIAL_DAY_NOT_DECLARED"):
        await country.administrator("RemoveClosure", pb.RemoveClosureRequest(office="BJM", day=day))


BAD: list[tuple[dict[str, Any], str]] = [
    ({"timezone": "Asia/Atlantis"}, "timezone"),
    ({"timezone": "localtime"}, "timezone"),
    ({"name": "東京"}, "name"),
    ({"country": "QQ"}, "country"),
    ({"opens": "17:00"}, "closes"),
    ({"opens": "25:00"}, "opens"),
    ({"collection_from": "16:00"}, "collection_from"),
    ({"printer": "printer"}, "printer"),
    ({"printer": "printer:70000"}, "printer"),
    ({"timezone": None}, "timezone"),
    ({"name": None}, "name"),
    ({"languages": ["nl"]}, "languages[0]"),
    ({"languages": ["id", "id"]}, "languages"),
    ({"machines": None}, "machines"),
    ({"books_per_machine_per_day": None}, "books_per_machine_per_day"),
    ({"office": "pdg"}, "office"),
]


async def test_a_bad_office_is_refused(country: Country) -> None:
    for change, field in BAD:
        with pytest.raises(Refused) as refused:
            await country.administrator("PutOffice", pb.PutOfficeRequest(**{**PADANG, **change}))

        found = (refused.value.code, refused.value.reason, refused.value.field)
        assert found == ("INVALID_ARGUMENT", "INVALID_REQUEST", field), change
    listed = await country.officer("ListOffices", pb.ListOfficesRequest())
    assert [office.office for office in listed.offices] == ["BJM", "JKT"]


async def test_an_administrator_of_an_office_changes_that_office_only(country: Country) -> None:
    joko = country.caller("administrator", "joko", "JKT")
    day = calendar_date("2018-10-30")

    await joko("AddClosure", pb.AddClosureRequest(office="JKT", day=day, reason="flood"))
    await joko("PutOffice", pb.PutOfficeRequest(office="JKT", name="Jakarta"))
    for method, request in (
        ("AddClosure", pb.AddClosureRequest(office="BJM", day=day, reason="spite")),
        ("AddClosure", pb.AddClosureRequest(day=day, reason="spite")),
        ("RemoveClosure", pb.RemoveClosureRequest(office="BJM", day=day)),
        ("AddWorkingDay", pb.AddWorkingDayRequest(office="BJM", day=day, reason="spite")),
        ("RemoveWorkingDay", pb.RemoveWorkingDayRequest(office="BJM", day=day)),
        ("PutOffice", pb.PutOfficeRequest(**PADANG)),
        ("RemoveOffice", pb.RemoveOfficeRequest(office="JKT")),
    ):
        with pytest.raises(Refused, match="WRONG_OFFICE"):
            await joko(method, request)


async def test_a_removed_office_is_listed_no_more(country: Country) -> None:
    await country.administrator("RemoveOffice", pb.RemoveOfficeRequest(office="JKT"))

    listed = await country.officer("ListOffices", pb.ListOfficesRequest())
    assert [office.office for office in listed.offices] == ["BJM"]
    with pytest.raises(Refused, match="UNKNOWN_OFFICE"):
        await country.administrator("RemoveOffice", pb.RemoveOfficeRequest(office="JKT"))
    with pytest.raises(Refused, match="UNKNOWN_OFFICE"):
        await country.at("JKT").takes_in()


async def test_a_repeated_request_declares_once(country: Country) -> None:
    request = pb.AddClosureRequest(
        request_id="closure-1", office="BJM", day=calendar_date("2018-10-30"), reason="flood"
    )

    first = await country.administrator("AddClosure", request)

    assert await country.administrator("AddClosure", request) == first
