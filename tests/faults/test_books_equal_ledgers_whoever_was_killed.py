import asyncio
from datetime import timedelta

import pytest
from harness.country import Country
from harness.journey_office import JourneyOffice
from harness.world.names import day_of
from harness.world.seeds import stream
from passport.issuance.v1 import applications_pb2 as pb

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]

APPLICANTS = 16


class Killing:
    """`kill -9` of a service, and its restart, once so much work was seen to be done."""

    def __init__(self, country: Country, victim: str, after: int) -> None:
        self._country, self._victim, self._left = country, victim, after
        self._task: asyncio.Task[float] | None = None

    def report_progress(self, done: int) -> None:
        self._left -= done
        if self._left <= 0 and self._task is None:
            self._country.kill9(self._victim)
            self._task = asyncio.create_task(self._country.restart(self._victim))

    async def over(self) -> None:
        assert self._task is not None, f"{self._victim} was never killed"
        await self._task


MORE_SEEDS = [pytest.param(seed, marks=pytest.mark.slow) for seed in range(3, 13)]


@pytest.mark.parametrize("seed", [1, 2, *MORE_SEEDS])
async def test_books_equal_ledgers_whoever_was_killed(office: JourneyOffice, seed: int) -> None:
    moments = stream(seed, "moments")
    killing = [
        Killing(office.country, victim, moments.randint(1, APPLICANTS - 4))
        for victim in ("issuance", "matcher", "printer")
    ]
    issuance, matcher, printer = killing

    arrivals = [office.first_time_applicant() for _ in range(APPLICANTS)]
    noon = office.country.now + timedelta(hours=4)

    def interviewed(more: int) -> None:
        issuance.report_progress(more)
        matcher.report_progress(more)

    cases = await office.staff.take_in(arrivals, noon, interviewed)
    await issuance.over()
    await matcher.over()
    await office.decide()
    # The matcher's death may have counted as an outage, and then nothing is printed on its day.
    office.clock(office.today + timedelta(days=1), 8)
    await office.print(*cases, report_progress=printer.report_progress)
    await printer.over()
    promised = [day_of((await office.file(case)).promised_collection_date) for case in cases]
    office.clock(max(promised), 14)
    collected = await office.collect(*cases)

    assert {passport.state for passport in collected} == {pb.APPLICATION_STATE_HANDED_OVER}
    assert await office.failed_checks() == []
