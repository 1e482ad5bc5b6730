"""One who is not approved takes no book from those behind, and is told once that it is late."""

from passport.issuance.v1 import offices_pb2

from .country import OFFICE, Country


async def test_one_who_is_not_approved_takes_no_book_and_gets_no_new_day(country: Country) -> None:
    one_book_a_day = offices_pb2.SetCapacityRequest(
        office=OFFICE, machines=1, books_per_machine_per_day=1
    )
    await country.supervisor("SetCapacity", one_book_a_day)
    undecided = (await country.applies()).application_id
    behind = []
    for day in ("10-26", "10-31", "11-01"):
        country.clock(f"2018-{day}T09:00+08:00")
        behind.append((await country.applies()).application_id)
        await country.approves(behind[-1])
        await country.reaches(behind[-1], "READY")

    assert await country.state(undecided) == "AWAITING_APPROVAL"
    assert await country.notices(undecided) == [("PROMISED_DATE", "2018-10-31"), ("DELAYED", "")]
    assert [await country.notices(id) for id in behind] == [
        [("PROMISED_DATE", "2018-10-31"), ("READY", "")],
        [("PROMISED_DATE", "2018-11-05"), ("READY", "")],
        [("PROMISED_DATE", "2018-11-06"), ("READY", "")],
    ]
