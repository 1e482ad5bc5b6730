"""The outage of October 2018 at a scale of 1 to 54: three books a day, nine applicants."""

import pytest
from passport.issuance.v1 import offices_pb2, outages_pb2, schedule_pb2

from .contract_values import calendar_date, timestamp
from .country import OFFICE, Country

ARRIVALS = {"10-26": 1, "10-29": 2, "10-30": 3, "10-31": 1, "11-01": 1, "11-02": 1}
AS_IT_WAS = [
    ("2018-10-26", "2018-11-05", 1),
    ("2018-10-29", "2018-11-05", 2),
    ("2018-10-30", "2018-11-06", 3),
    ("2018-10-31", "2018-11-07", 1),
    ("2018-11-01", "2018-11-07", 1),
    ("2018-11-02", "2018-11-07", 1),
]
AS_IT_WOULD_HAVE_BEEN = [
    ("2018-10-26", "2018-11-01", 1),
    ("2018-10-29", "2018-11-01", 2),
    ("2018-10-30", "2018-11-02", 3),
    ("2018-10-31", "2018-11-05", 1),
    ("2018-11-01", "2018-11-06", 1),
    ("2018-11-02", "2018-11-07", 1),
]


class Fortnight:
    """Six days of applications, then everybody collects."""

    def __init__(self, country: Country) -> None:
        self._country = country
        self.ids: list[str] = []
        self._approved: set[str] = set()

    async def begins(self) -> outages_pb2.Outage:
        country = self._country
        country.clock("2018-10-26T08:00+08:00")
        machines = offices_pb2.SetCapacityRequest(
            office=OFFICE, machines=1, books_per_machine_per_day=3
        )
        await country.supervisor("SetCapacity", machines)
        return await country.declares(outages_pb2.OUTAGE_SCOPE_MATCHER)

    async def day(self, day: str) -> None:
        """People apply at noon."""
        self._country.clock(f"2018-{day}T12:00+08:00")
        for _ in range(ARRIVALS[day]):
            self.ids.append((await self._country.applies()).application_id)

    async def approve_all(self) -> None:
        for id in self.ids:
            if id not in self._approved:
                await self._country.approves(id)
                self._approved.add(id)

    async def printed(self, day: str) -> list[int]:
        """Who is ready on a day, by number, once three more are, or all."""
        country = self._country
        before = len(await self._ready())
        country.clock(f"2018-{day}T08:00+08:00")
        expected = min(before + 3, len(self.ids))

        async def out() -> bool:
            return len(await self._ready()) >= expected

        await country.until(out)
        return await self._ready()

    async def _ready(self) -> list[int]:
        states = [await self._country.state(id) for id in self.ids]
        return [number for number, state in enumerate(states, 1) if state == "READY"]

    async def promised(self) -> list[tuple[str, str]]:
        """First and last day promised to each applicant."""
        return [await self._country.promised_dates(id) for id in self.ids]


@pytest.mark.timeout(180)
async def test_as_it_was(country: Country) -> None:
    fortnight = Fortnight(country)
    outage = await fortnight.begins()
    for day in ("10-26", "10-29", "10-30", "10-31"):
        await fortnight.day(day)
    country.clock("2018-10-31T18:00+08:00")
    await country.declares(
        outages_pb2.OUTAGE_SCOPE_PRINTING,
        OFFICE,
        expected_end=timestamp("2018-11-05T07:00:00+08:00"),
    )
    await country.ends(outage)
    for day in ("11-01", "11-02"):
        await fortnight.day(day)
    await fortnight.approve_all()

    assert await country.schedule_rows() == AS_IT_WAS

    country.clock("2018-11-05T07:00+08:00")
    for lasting in await country.outages():
        await country.ends(lasting)
    assert await fortnight.printed("11-05") == [1, 2, 3]
    assert await fortnight.printed("11-06") == [1, 2, 3, 4, 5, 6]
    assert await fortnight.printed("11-07") == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert await country.schedule_rows() == AS_IT_WAS
    assert [last for _, last in await fortnight.promised()] == [
        collect for _, collect, count in AS_IT_WAS for _ in range(count)
    ]


@pytest.mark.timeout(180)
async def test_as_it_would_have_been(country: Country) -> None:
    fortnight = Fortnight(country)
    outage = await fortnight.begins()
    for day in ("10-26", "10-29", "10-30", "10-31"):
        await fortnight.day(day)
    country.clock("2018-10-31T18:00+08:00")
    await country.ends(outage)
    await fortnight.approve_all()
    for day, ready in (("11-01", 3), ("11-02", 6)):
        assert await fortnight.printed(day) == list(range(1, ready + 1))
        await fortnight.day(day)
        await fortnight.approve_all()
    for day in ("11-05", "11-06", "11-07"):
        await fortnight.printed(day)

    assert await country.schedule_rows() == AS_IT_WOULD_HAVE_BEEN
    moved = [first for first, last in await fortnight.promised() if first != last]
    assert moved == ["2018-10-31"], "only the first applicant is notified of another day"


async def test_the_newspaper_can_print_it(country: Country) -> None:
    fortnight = Fortnight(country)
    await fortnight.begins()
    await fortnight.day("10-26")

    unknown = await country.collection_schedule()
    day = calendar_date("2018-11-05")
    request = schedule_pb2.SimulatePlanRequest(office=OFFICE, printing_resumes=day)
    simulated = await country.supervisor("SimulatePlan", request)

    assert not unknown.HasField("printing_from")
    assert "to be announced" in unknown.text.en
    assert simulated.printing_from == day
    assert "Applied 26 October 2018 (1 person): Monday, 5 November 2018, 14:00 WITA" in (
        simulated.text.en
    )
    assert "Senin, 5 November 2018, pukul 14.00 WITA" in simulated.text.id
    assert await country.schedule_rows() == [("2018-10-26", "", 1)]
