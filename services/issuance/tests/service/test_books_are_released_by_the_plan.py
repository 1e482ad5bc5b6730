"""As many whole books a day are released as the machines make, in the order of the plan."""

from passport.issuance.v1 import offices_pb2, outages_pb2, schedule_pb2
from passport.printer.v1 import jobs_pb2
from passport.type.v1 import civil_pb2

from .contract_values import calendar_date, timestamp
from .country import OFFICE, Country, rows


async def test_books_are_released_up_to_the_days_capacity(country: Country) -> None:
    await _machines(country, 3, 0.5)  # one book today, two tomorrow, one the day after
    ids = [(await country.applies()).application_id for _ in range(4)]
    await country.approves(*ids)
    await country.reaches(ids[0], "READY")

    assert [await country.state(id) for id in ids] == ["READY"] + 3 * ["APPROVED"]
    country.clock("2018-10-29T08:00+08:00")
    await country.reaches(ids[2], "READY")

    assert [await country.state(id) for id in ids] == 3 * ["READY"] + ["APPROVED"]


async def test_nothing_is_released_before_the_office_opens(country: Country) -> None:
    country.clock("2018-10-26T07:00+08:00")
    id = (await country.applies()).application_id
    await country.approves(id)
    await country.takes_in()  # several plans have been made by now
    assert await country.state(id) == "APPROVED"

    country.clock("2018-10-26T08:00+08:00")

    await country.reaches(id, "READY")


async def test_urgent_cases_go_first(country: Country) -> None:
    await _machines(country, 1, 1)
    outage = await country.declares(outages_pb2.OUTAGE_SCOPE_PRINTING, OFFICE)
    normal = (await country.applies()).application_id
    urgent = (
        await country.applies(priority_class=civil_pb2.PRIORITY_CLASS_EMERGENCY)
    ).application_id
    await country.approves(normal, urgent)

    country.clock("2018-10-29T07:00+08:00")
    await country.ends(outage)
    country.clock("2018-10-29T08:00+08:00")
    await country.reaches(urgent, "READY")

    assert await country.state(normal) == "APPROVED"


async def test_a_printing_outage_stops_this_office_only(country: Country) -> None:
    outage = await country.declares(
        outages_pb2.OUTAGE_SCOPE_PRINTING,
        OFFICE,
        expected_end=timestamp("2018-10-31T07:00:00+08:00"),
    )
    id = (await country.applies()).application_id
    await country.approves(id)

    waiting = (await country.application(id)).waiting
    assert waiting.outage_id == outage.outage_id
    assert waiting.expected_until.ToJsonString() == "2018-10-30T23:00:00Z"
    assert country.printer.document_numbers == []
    assert await country.schedule_rows() == [("2018-10-26", "2018-10-31", 1)]

    country.clock("2018-10-31T07:00+08:00")
    await country.ends(outage)
    country.clock("2018-10-31T08:00+08:00")
    await country.reaches(id, "READY")
    assert await country.notices(id) == [("PROMISED_DATE", "2018-10-31"), ("READY", "")]


async def test_four_machines_make_162_and_three_make_121(country: Country) -> None:
    request = schedule_pb2.SimulatePlanRequest(
        office=OFFICE,
        arrivals=[schedule_pb2.ExpectedArrivals(day=calendar_date("2018-10-29"), count=486)],
        printing_resumes=calendar_date("2018-11-05"),
    )
    four = rows(await country.supervisor("SimulatePlan", request))
    request.machines = 3
    three = rows(await country.supervisor("SimulatePlan", request))

    assert [count for *_, count in four] == [162, 162, 162]
    assert [count for *_, count in three] == [121, 122, 121, 122]
    assert [day for _, day, _ in four] == ["2018-11-05", "2018-11-06", "2018-11-07"]


async def test_an_expired_clearance_is_signed_again(country: Country) -> None:
    country.printer.clearances_to_expire = 1
    id = (await country.applies()).application_id

    await country.approves(id)

    await country.reaches(id, "READY")
    assert len(country.printer.jobs) == 1


async def test_a_job_of_no_application_of_ours_holds_up_no_book(country: Country) -> None:
    stray = jobs_pb2.PrintJob(job_id="stray", application_id="nobody")
    country.printer.jobs["stray"] = stray
    country.printer.finish("stray")

    id = (await country.applies()).application_id
    await country.approves(id)

    await country.reaches(id, "READY")


async def _jobs(country: Country, count: int) -> bool:
    return len(country.printer.jobs) == count


async def _machines(country: Country, machines: int, rate: float) -> None:
    request = offices_pb2.SetCapacityRequest(
        office=OFFICE, machines=machines, books_per_machine_per_day=rate
    )
    await country.supervisor("SetCapacity", request)
